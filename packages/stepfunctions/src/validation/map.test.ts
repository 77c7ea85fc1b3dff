import { describe, expect, test } from "vitest";
import { jsonata, judge, machine, pass, type State, task } from "./testing/judge.js";

const DISTRIBUTED = { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" };

function map(fields: State, config?: object, inner: State = pass): State {
  const ProcessorConfig = config === undefined ? {} : { ProcessorConfig: config };
  return {
    Type: "Map",
    End: true,
    ItemProcessor: { ...ProcessorConfig, StartAt: "B", States: { B: inner } },
    ...fields,
  };
}

function findings(definition: State, options: Parameters<typeof judge>[1] = {}): string[] {
  return judge(definition, options).map((finding) => finding.replace("/States/A", ""));
}

test("an item processor stands under its new name or its old one", () => {
  const { ItemProcessor, ...rest } = map({});
  expect(judge(machine({ ...rest, Iterator: ItemProcessor }))).toEqual([]);
  expect(findings(machine({ ...rest, ItemProcessor, Iterator: ItemProcessor }))).toEqual([
    ": There should only be one of the following fields: [ItemProcessor, Iterator]",
  ]);
  expect(findings(machine(rest))).toEqual([
    ": This object should have only one of the following fields: [ItemProcessor, Iterator]",
  ]);
  expect(findings(machine({ ...rest, Iterator: { StartAt: "B" } }))).toEqual([
    "/Iterator: These fields are required: [States]",
  ]);
});

describe("the mode", () => {
  test.each<[object, string[]]>([
    [DISTRIBUTED, []],
    [{ Mode: "INLINE" }, []],
    [{ Mode: "DISTRIBUTED" }, [": These fields are required: [ExecutionType]"]],
    [{ Mode: "INLINE", ExecutionType: "STANDARD" }, [": Field 'ExecutionType' is not supported"]],
    [
      { Mode: "DISTRIBUTED", ExecutionType: "FAST" },
      ["/ExecutionType: Value should be one of the following: [STANDARD, EXPRESS]"],
    ],
  ])("%j", (config, expected) => {
    const at = expected.map((finding) => `/ItemProcessor/ProcessorConfig${finding}`);
    expect(findings(machine(map({}, config)))).toEqual(at);
  });

  test("an EXPRESS machine has no distributed Map, and EXPRESS items wait for nobody", () => {
    expect(findings(machine(map({}, DISTRIBUTED)), { type: "EXPRESS" })).toEqual([
      "/ItemProcessor/ProcessorConfig/Mode: The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines",
    ]);
    const waiting = { ...task, Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken" };
    expect(judge(machine(map({}, DISTRIBUTED, waiting)))).toEqual([]);
    expect(judge(machine(map({}, { ...DISTRIBUTED, ExecutionType: "EXPRESS" }, waiting)))).toHaveLength(1);
  });
});

describe("numbers", () => {
  test.each<[State, string[]]>([
    [{ MaxConcurrency: 0, ToleratedFailurePercentage: 12.5, ToleratedFailureCount: 3, Label: "a-b" }, []],
    [{ MaxConcurrency: -1 }, ["/MaxConcurrency: Minimum value is 0"]],
    [{ ToleratedFailurePercentage: 101 }, ["/ToleratedFailurePercentage: Maximum value is 100.0"]],
    [{ ToleratedFailurePercentage: -1 }, ["/ToleratedFailurePercentage: Minimum value is 0.0"]],
    [
      { MaxConcurrency: 1, MaxConcurrencyPath: "$.m" },
      [": There should only be one of the following fields: [MaxConcurrency, MaxConcurrencyPath]"],
    ],
    [
      { ItemBatcher: { MaxItemsPerBatch: 1, MaxItemsPerBatchPath: "$.m", MaxInputBytesPerBatch: 262_145 } },
      [
        "/ItemBatcher: There should only be one of the following fields: [MaxItemsPerBatchPath, MaxItemsPerBatch]",
        "/ItemBatcher/MaxInputBytesPerBatch: Maximum value is 262144",
      ],
    ],
    [
      { Label: "x".repeat(41) },
      [
        `INVALID_LABEL_NAME /Label: Invalid Label name: '${"x".repeat(41)}' exceeds the 40-character limit allowed by the service`,
      ],
    ],
    [{ Label: "a b" }, ["INVALID_LABEL_NAME /Label: Invalid Label name: 'a b' contains invalid characters"]],
  ])("%j", (fields, expected) => {
    expect(findings(machine(map(fields, DISTRIBUTED)))).toEqual(expected);
  });
});

describe("reader and writer", () => {
  const object = { Resource: "arn:aws:states:::s3:getObject", Parameters: { Bucket: "b", "Key.$": "$.k" } };
  test.each<[State, string[]]>([
    [{ ItemReader: object }, []],
    [{ ItemReader: { ...object, ReaderConfig: { InputType: "CSV", CSVHeaderLocation: "FIRST_ROW" } } }, []],
    [
      { ItemReader: { ...object, ReaderConfig: { InputType: "CSV" } } },
      ["/ItemReader/ReaderConfig: The field 'CSVHeaderLocation' is required but was missing"],
    ],
    [
      { ItemReader: { ...object, ReaderConfig: { InputType: "CSV", CSVHeaderLocation: "GIVEN" } } },
      ["/ItemReader/ReaderConfig: These fields are required: [CSVHeaders]"],
    ],
    [
      { ItemReader: { ...object, ReaderConfig: { InputType: "JSON", CSVHeaderLocation: "FIRST_ROW" } } },
      ["/ItemReader/ReaderConfig: Field 'CSVHeaderLocation' is not supported"],
    ],
    [
      { ItemReader: { ...object, ReaderConfig: { InputType: "JSON", MaxItems: 1, MaxItemsPath: "$.m" } } },
      [
        "/ItemReader/ReaderConfig: There should only be one of the following fields: [MaxItems, MaxItemsPath]",
      ],
    ],
    [
      { ItemReader: { Resource: "arn:aws:states:::s3:listObjectsV2", Parameters: {} } },
      ["/ItemReader/Parameters: The field 'Bucket' is required but was missing"],
    ],
    [
      { ItemReader: { ...object, Resource: "arn:aws:states:::s3:putObject" } },
      ["/ItemReader/Resource: The field 'Resource' does not match any of the allowed values"],
    ],
    [{ ResultWriter: { WriterConfig: { OutputType: "JSONL", Transformation: "FLATTEN" } } }, []],
    [{ ResultWriter: {} }, ["/ResultWriter: These fields are required: [Resource]"]],
    [
      { ResultWriter: { Resource: "arn:aws:states:::s3:putObject" } },
      ["/ResultWriter: These fields are required: [Parameters]"],
    ],
  ])("%j", (fields, expected) => {
    expect(findings(machine(map(fields, DISTRIBUTED)))).toEqual(expected);
  });

  test("AWS takes them in an inline Map as well: a warning says that they do nothing", () => {
    expect(judge(machine(map({ ItemReader: object })))).toEqual([]);
    expect(findings(machine(map({ ItemReader: object })), { warnings: true })).toEqual([
      "DISTRIBUTED_ONLY /ItemReader: The field 'ItemReader' has a meaning only in DISTRIBUTED mode",
    ]);
  });
});

test("a JSONata Map computes what a JSONPath Map selects", () => {
  const fields = {
    Items: "{% [1] %}",
    MaxConcurrency: "{% 2 %}",
    ItemSelector: { a: "{% $states.input %}" },
  };
  expect(judge(jsonata(map({ ...fields, ToleratedFailureCount: "{% 1 %}" }, DISTRIBUTED)))).toEqual([]);
  expect(findings(jsonata(map({ Items: 1 })))).toEqual(["/Items: Expected value of type [ARRAY]"]);
  expect(findings(machine(map({ Items: [1] })))).toEqual([
    ": The QueryLanguage is set to 'JSONPath', but field 'Items' is only supported for the 'JSONata' QueryLanguage",
  ]);
});
