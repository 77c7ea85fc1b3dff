import { z } from "zod";
import type { Secret } from "./records.js";

const keys = ["name", "description", "tag-key", "tag-value", "all"] as const;

export const filterSchema = z.object({
  Key: z.enum(keys, { error: `the local cloud filters by ${keys.join(", ")}` }),
  Values: z.array(z.string().min(1).max(512)).min(1).max(10),
});
export type Filter = z.output<typeof filterSchema>;

/**
 * Whether one of the filter's values begins what it is about; a value that begins with ! must not. Names and tags are
 * told apart by case, descriptions and `all` are not. Source: the API reference of Filter.
 */
export function matches({ Key: key, Values: values }: Filter, secret: Secret): boolean {
  const negative = values.filter((value) => value.startsWith("!")).map((value) => value.slice(1));
  const positive = values.filter((value) => !value.startsWith("!"));
  const begins = (value: string) => textsOf(key, secret).some((text) => fits(key, text, value));
  return !negative.some(begins) && (positive.length === 0 || positive.some(begins));
}

function fits(key: Filter["Key"], text: string, value: string): boolean {
  if (key !== "all" && key !== "description") return text.startsWith(value);
  return text.toLowerCase().startsWith(value.toLowerCase());
}

function textsOf(key: Filter["Key"], { name, description, tags }: Secret): string[] {
  if (key === "name") return [name];
  if (key === "description") return [description ?? ""];
  if (key === "tag-key") return Object.keys(tags);
  if (key === "tag-value") return Object.values(tags);
  const texts = [name, description ?? "", ...Object.entries(tags).flat()];
  return texts.flatMap((text) => [text, ...text.split(/[\s/_+=.@-]+/)]);
}
