import type { Caller } from "@longhaul/api";
import type { DataImportOutput } from "@longhaul/workflows/contracts";
import { expect, expectTypeOf, test } from "vitest";
import type { Longhaul } from "./longhaul.js";
import { createLonghaul } from "./longhaul.js";
import { useAsyncOperation } from "./react/use-async-operation.js";

type OverTheWire = Longhaul["workflows"]["dataImport"];
type InProcess = Caller["workflows"]["dataImport"];

test("a start takes what the contract takes before its defaults, over the wire and in process", () => {
  type Wire = Parameters<OverTheWire["start"]>[0];
  type Process = Parameters<InProcess["start"]>[0]["input"];
  expectTypeOf<Wire>().toEqualTypeOf<Process>();
  expectTypeOf<{ file: string; name: string }>().toExtend<Wire>();
  expectTypeOf<{ file: string }>().not.toExtend<Wire>();
  expectTypeOf<{ file: string; name: string; priority: "someday" }>().not.toExtend<Wire>();
  type Options = NonNullable<Parameters<OverTheWire["start"]>[1]>;
  expectTypeOf<{ tags: string[]; notBefore: string; priority: "high" }>().toExtend<Options>();
  expectTypeOf<{ priority: "someday" }>().not.toExtend<Options>();
});

test("what a workflow gives has its contract's type", () => {
  expectTypeOf<Awaited<ReturnType<OverTheWire["startAndWait"]>>>().toEqualTypeOf<DataImportOutput>();
  type Update = OverTheWire["watch"] extends (runId: string) => AsyncIterable<infer U> ? U : never;
  type Run = Update extends { run: infer R } ? R : never;
  expectTypeOf<Extract<Run, { status: "succeeded" }>["output"]>().toEqualTypeOf<DataImportOutput>();
  expectTypeOf<Extract<Run, { status: "running" }>>().not.toHaveProperty("output");
});

/** As a component uses it: nothing says what the output is but what is started. */
function useImport({ workflows }: Longhaul) {
  return useAsyncOperation(workflows.dataImport.start, {
    onSuccess: (output) => expectTypeOf(output).toEqualTypeOf<DataImportOutput>(),
  });
}

test("a hook knows the output of what it starts", () => {
  expectTypeOf(useImport).returns.toHaveProperty("reset");
  type Used = ReturnType<typeof useImport>;
  expectTypeOf<Parameters<Used["execute"]>[0]>().toEqualTypeOf<Parameters<OverTheWire["start"]>[0]>();
  type Succeeded = Extract<Used["state"], { status: "succeeded" }>;
  expectTypeOf<Succeeded["output"]>().toEqualTypeOf<DataImportOutput>();
  expectTypeOf<Extract<Used["state"], { status: "starting" }>>().not.toHaveProperty("output");
});

test("a client without a connection is made at once, and is no promise", async () => {
  const longhaul = createLonghaul({ url: "http://127.0.0.1:1", token: "none" });
  const { workflows } = longhaul;
  expect(await Promise.resolve(workflows)).toBe(workflows);
  await expect(longhaul.runs.get("x")).rejects.toMatchObject({ name: "LonghaulError", code: "UNREACHABLE" });
  longhaul.close();
});
