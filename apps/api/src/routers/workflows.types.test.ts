import { contracts, type DataImportOutput } from "@longhaul/workflows/contracts";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { expect, expectTypeOf, test } from "vitest";
import type { AppRouter } from "../router.js";
import { camelCase } from "./catalogue.js";
import { workflowRouters } from "./workflows.js";

type Inputs = inferRouterInputs<AppRouter>["workflows"]["dataImport"];
type Outputs = inferRouterOutputs<AppRouter>["workflows"]["dataImport"];
type Update = Outputs["watch"] extends AsyncIterable<{ data: infer Data }> ? Data : never;

test("a start takes what the contract takes, before its defaults", () => {
  expectTypeOf<{ input: { file: string; name: string } }>().toExtend<Inputs["start"]>();
  expectTypeOf<{ input: { file: string } }>().not.toExtend<Inputs["start"]>();
  expectTypeOf<{ input: { file: string; name: string; priority: "someday" } }>().not.toExtend<
    Inputs["start"]
  >();
  expectTypeOf<Outputs["start"]>().toEqualTypeOf<{ runId: string; created: boolean }>();
});

test("a watched run has the contract's output once it has succeeded, and not before", () => {
  type Run = Extract<Update, { run: unknown }>["run"];
  expectTypeOf<Extract<Run, { status: "succeeded" }>["output"]>().toEqualTypeOf<DataImportOutput>();
  expectTypeOf<Extract<Run, { status: "running" }>>().not.toHaveProperty("output");
  expectTypeOf<Extract<Run, { status: "failed" }>["error"]["message"]>().toBeString();
  expectTypeOf<Run["input"]["maxRejectedShare"]>().toBeNumber();
});

test("the procedures have their workflow's name in camelCase", () => {
  expect(Object.keys(workflowRouters)).toEqual(Object.keys(contracts).map(camelCase));
  expect(["a", "data-import", "a-2b-c3"].map(camelCase)).toEqual(["a", "dataImport", "a2bC3"]);
});
