import { count } from "./problems.js";

export interface RowCounts {
  readonly read: number;
  readonly accepted: number;
  readonly rejected: number;
}

/** 0.0523 as 5.23 %. */
function percent(share: number): string {
  const value = share * 100;
  return `${value > 0 && value < 0.01 ? "less than 0.01" : Number(value.toFixed(2))} %`;
}

/** What became of the rows, as a sentence, and whether that is within what the person allowed. */
export function summarise({ read, accepted, rejected }: RowCounts, maxRejectedShare: number) {
  const rejectedShare = rejected / read;
  const rows = `${count(read)} ${read === 1 ? "row" : "rows"}`;
  if (rejectedShare > maxRejectedShare) {
    const summary = `${count(rejected)} of ${rows} (${percent(rejectedShare)}) were rejected, more than the ${percent(maxRejectedShare)} that this import allows. The list of rejected rows says why.`;
    return { outcome: "too-many-rejected" as const, rejectedShare, summary };
  }
  const rest = rejected === 0 ? "none rejected" : `${count(rejected)} rejected`;
  const summary = `${rows} read: ${count(accepted)} accepted, ${rest}.`;
  return { outcome: "accepted" as const, rejectedShare, summary };
}
