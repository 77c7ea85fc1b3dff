import { z } from "zod";

const introduction = z.object({
  method: z.literal("connectionParams"),
  data: z.record(z.string(), z.unknown()).nullable(),
});

/** The token that a client's first message gives; null for none, undefined for what is no such message. */
export function tokenOf(text: string): string | null | undefined {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = introduction.safeParse(said);
  if (!parsed.success) return undefined;
  const token = parsed.data.data?.["token"];
  return typeof token === "string" && token !== "" ? token : null;
}
