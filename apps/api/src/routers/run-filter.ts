import { finalStatuses, type RunStatus } from "@longhaul/kit";
import { z } from "zod";
import { ApiError } from "../errors.js";
import { storable } from "./storable.js";

const statuses = [
  "queued",
  "running",
  "waiting",
  "cancelling",
  ...finalStatuses,
] as const satisfies readonly RunStatus[];

/** What narrows a list of runs. `search` looks in name, id and input. */
export const filterSchema = z.object({
  workflow: storable(63).min(1).optional(),
  statuses: z.array(z.enum(statuses)).min(1).max(statuses.length).optional(),
  search: storable(200).trim().optional(),
  limit: z.int().min(1).max(100).default(50),
});
export type RunFilter = z.output<typeof filterSchema>;

export const listSchema = filterSchema.extend({ cursor: z.string().max(200).nullish() });

/** Where a page ended: the list is ordered by these two, newest first. */
export interface Position {
  createdAt: string;
  id: string;
}

/** As Postgres writes a time, with its microseconds, which a JavaScript date would cut off. */
const timeOfPostgres =
  /^(?!0000)(\d{4})-(0[1-9]|1[0-2])-(\d\d) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?[+-](0\d|1[0-5])(:[0-5]\d)?$/;
const positionSchema = z.tuple([z.string().refine(isTime), z.uuid()]);

function isTime(text: string): boolean {
  const [, year, month, day] = timeOfPostgres.exec(text) ?? [];
  return new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day);
}

export function encodeCursor({ createdAt, id }: Position): string {
  return Buffer.from(JSON.stringify([createdAt, id])).toString("base64url");
}

/** @throws ApiError INPUT_INVALID when the text was not made by {@link encodeCursor}. */
export function decodeCursor(cursor: string): Position {
  try {
    const [createdAt, id] = positionSchema.parse(JSON.parse(Buffer.from(cursor, "base64url").toString()));
    return { createdAt, id };
  } catch (cause) {
    throw new ApiError("INPUT_INVALID", { message: "This page of the list does not exist.", cause });
  }
}
