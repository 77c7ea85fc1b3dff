import {
  FatalError,
  implement,
  RetryableError,
  type StepContext,
  type StepInput,
  type StepOutput,
} from "@longhaul/kit/step";
import { z } from "zod";
import { callAmc } from "../amc/client.js";
import { downloadParts, mayHoldParts } from "../amc/download.js";
import { type AmcEnvironment, amcEnv } from "../amc/env.js";
import { joined } from "../csv/joined.js";
import { fetchResult } from "./fetch.js";

const urlsSchema = z.object({ downloadUrls: z.array(z.url({ protocol: /^https?$/ })).max(10_000) });

/** Streams: at no time there is more of the result in memory than what is on its way. */
export async function fetchParts(
  { executionId, ...target }: StepInput<typeof fetchResult>,
  ctx: StepContext,
  env: AmcEnvironment = amcEnv(),
): Promise<StepOutput<typeof fetchResult>> {
  const path = `workflowExecutions/${encodeURIComponent(executionId)}/downloadUrls`;
  let parts = 0;
  const urls = async () => {
    const parsed = urlsSchema.safeParse(await callAmc(target, { method: "GET", path }, ctx, env));
    if (!parsed.success) {
      throw new RetryableError("Amazon Marketing Cloud gave no usable download URLs.", {
        code: "AMC_ANSWER_INCOMPLETE",
      });
    }
    if (!parsed.data.downloadUrls.every((url) => mayHoldParts(url, env.AMAZON_ADS_URL))) {
      throw new FatalError("The result is said to be where no results are.", { code: "RESULT_ELSEWHERE" });
    }
    parts = parsed.data.downloadUrls.length;
    return parsed.data.downloadUrls;
  };
  const download = downloadParts({
    ...{ urls, signal: ctx.signal },
    progress: (done, all) => ctx.progress((0.95 * done) / all, `${done} of ${all} parts`),
  });
  const { id, size } = await ctx.artifacts.write("result.csv", "text/csv", joined(download));
  return { artifactId: id, bytes: size, parts };
}

export default implement(fetchResult, (input, ctx) => fetchParts(input, ctx));
