import { z } from "zod";
import { ApiError } from "../errors.js";

/** Where a page ended: lists are ordered by these two, newest first. */
export interface Position {
  createdAt: string;
  id: string;
}

/** As Postgres writes a time, with its microseconds, which a JavaScript date would cut off. */
const timeOfPostgres =
  /^(?!0000)(\d{4})-(0[1-9]|1[0-2])-(\d\d) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?[+-](0\d|1[0-5])(:[0-5]\d)?$/;
const positionSchema = z.tuple([z.string().refine(isTime), z.uuid()]);

/** The input of a list that continues where a page before it ended. */
export const cursorSchema = z.string().max(200).nullish();

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
