import { summarised } from "./describe.js";
import { invalid } from "./errors.js";
import type { JobRecord } from "./records.js";
import type { ListRequest } from "./requests.js";

/** ListTrainingJobs: one page, and the token of the next. */
export function listed(jobs: readonly JobRecord[], request: ListRequest): object {
  const { StatusEquals, NameContains, CreationTimeAfter, CreationTimeBefore, SortBy, SortOrder } = request;
  const found = jobs
    .filter(
      ({ status, name, created }) =>
        (StatusEquals === undefined || status === StatusEquals) &&
        (NameContains === undefined || name.includes(NameContains)) &&
        (CreationTimeAfter === undefined || created / 1000 > CreationTimeAfter) &&
        (CreationTimeBefore === undefined || created / 1000 < CreationTimeBefore),
    )
    .sort((one, other) => compare(keyOf(one, SortBy), keyOf(other, SortBy)) || compare(one.name, other.name));
  if (SortOrder === "Descending") found.reverse();
  const from = startOf(request.NextToken);
  const page = found.slice(from, from + request.MaxResults);
  const next = from + page.length;
  return {
    TrainingJobSummaries: page.map(summarised),
    ...(next < found.length && { NextToken: Buffer.from(String(next)).toString("base64url") }),
  };
}

function keyOf(job: JobRecord, by: ListRequest["SortBy"]): string | number {
  return by === "Name" ? job.name : by === "Status" ? job.status : job.created;
}

function compare(one: string | number, other: string | number): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function startOf(token: string | undefined): number {
  if (token === undefined) return 0;
  const from = Number(Buffer.from(token, "base64url").toString());
  if (!Number.isInteger(from) || from < 0) throw invalid("Invalid NextToken.");
  return from;
}
