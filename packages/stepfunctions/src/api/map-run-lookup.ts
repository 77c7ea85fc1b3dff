import type { MapRunRow } from "../store/store.js";
import type { Context } from "./context.js";
import { resourceNotFound } from "./errors.js";

/** @throws AwsError InvalidArn, ResourceNotFound */
export function findMapRun(context: Context, arn: string): MapRunRow {
  context.arns.assertMapRun(arn);
  const row = context.store.get("mapRuns", arn);
  if (row === undefined) throw resourceNotFound(arn);
  return row;
}
