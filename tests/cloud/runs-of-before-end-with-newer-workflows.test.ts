import { copyFileSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stageProduct } from "@longhaul/local/testing/product";
import postgres from "postgres";
import { expect, it, vi } from "vitest";
import { skipWait } from "../support/asked-of-a-stack.js";
import { startStack } from "../support/stack.js";

// The product starts three times.
vi.setConfig({ testTimeout: 240_000 });

const workflows = fileURLToPath(new URL("newer-workflows", import.meta.url));
const patience = { timeout: 45_000, interval: 100 };

interface Job {
  jobId: string;
  status: string;
  output: unknown;
  error: { code: string; cause?: string } | null;
}

async function openProduct() {
  const folder = mkdtempSync(join(tmpdir(), "longhaul-newer-"));
  const programs = stageProduct(folder, workflows);
  const stack = await startStack({ programs });
  const token = await stack.signInDemo();
  async function ask<Answer>(path: string, body?: object): Promise<Answer> {
    const answer = await fetch(`${stack.url}/api/${path}`, {
      ...(body && { method: "POST", body: JSON.stringify(body) }),
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    });
    if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Answer;
  }
  const jobOf = (jobId: string) => ask<Job>(`jobs/${jobId}/status`);
  return {
    async start(): Promise<string> {
      return (await ask<Job>("workflows/trip/runs", { input: { to: "Pisa" } })).jobId;
    },
    cancel: (jobId: string) => ask(`jobs/${jobId}/cancel`, {}),
    async ended(jobId: string): Promise<Job> {
      await expect
        .poll(async () => (await jobOf(jobId)).status, patience)
        .toMatch(/succeeded|failed|cancelled/);
      return jobOf(jobId);
    },
    skip: (run: string) => skipWait(stack, run),
    /** Its steps and their status, as they are stored. */
    async steps(jobId: string): Promise<Record<string, string>> {
      const sql = postgres(stack.databaseUrl, { max: 1, onnotice: () => {} });
      const rows = await sql<{ step: string; status: string }[]>`
        select step, status from longhaul.run_steps where run_id = ${jobId}`;
      await sql.end();
      return Object.fromEntries(rows.map(({ step, status }) => [step, status]));
    },
    /** Ends the product hard, and starts it with another list of machines. */
    async startWith(machines: string): Promise<void> {
      await stack.kill("api");
      await stack.kill("cloud");
      copyFileSync(join(workflows, machines), join(folder, "packages/workflows/dist/machines.js"));
      await stack.startCloud();
      await stack.startApi();
    },
    /** What the cloud has noted; nothing yet where nothing was wrong. */
    log(): string {
      const files = stack.logFiles().filter((file) => file.endsWith("cloud.log"));
      return files.map((file) => readFileSync(file, "utf8")).join("");
    },
    async [Symbol.asyncDispose]() {
      await stack[Symbol.asyncDispose]();
      programs.remove();
    },
  };
}

it("runs end, and are taken back, by steps that have left their machine and are retired, and not by others", async () => {
  await using product = await openProduct();
  const [lost, kept, goesOn, takenBack] = await Promise.all([1, 2, 3, 4].map(() => product.start()));
  for (const run of [lost, kept, goesOn, takenBack])
    await expect.poll(() => product.steps(run!), patience).toEqual({ BookSeat: "succeeded" });

  expect(product.log()).not.toContain("call longhaul-trip-");
  await product.startWith("machines-without.js");
  for (const step of ["BookSeat", "PaySeat"])
    await expect.poll(() => product.log(), patience).toContain(`call longhaul-trip-${step},`);
  await product.skip(lost!);
  const failed = await product.ended(lost!);
  expect(failed).toMatchObject({ status: "failed", error: { code: "STEP_FAILED" } });
  expect(failed.error?.cause).toMatch(/Function not found: .*:longhaul-trip-PaySeat/);
  await product.cancel(kept!);
  expect(await product.ended(kept!)).toMatchObject({
    status: "failed",
    error: { code: "COMPENSATION_FAILED" },
  });

  const before = product.log().length;
  await product.startWith("machines-now.js");
  await product.skip(goesOn!);
  expect(await product.ended(goesOn!)).toMatchObject({
    status: "succeeded",
    output: { ticket: "booked to Pisa, paid" },
  });
  await product.cancel(takenBack!);
  expect(await product.ended(takenBack!)).toMatchObject({ status: "cancelled" });
  expect(await product.steps(takenBack!)).toEqual({ BookSeat: "undone", "FreeSeat(BookSeat)": "succeeded" });
  expect(await product.ended(await product.start())).toMatchObject({ output: { ticket: "bought to Pisa" } });
  // The look is over long since.
  expect(product.log().slice(before)).not.toContain("call longhaul-trip-");
});
