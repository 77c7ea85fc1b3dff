import { describe, expect, test } from "vitest";
import type { HistoryEvent } from "./conformance/case.js";
import { differences, opened } from "./conformance/compare.js";
import { followAlike, historyDifferences, recordedEvent } from "./conformance/history.js";
import { pythonText } from "./conformance/json.js";
import { memberText } from "./conformance/member-text.js";

const nothing: ReadonlySet<string> = new Set();

describe("values", () => {
  test.each([
    ["keys in another order", { a: 1, b: [{}] }, { b: [{}], a: 1 }],
    ["a number in another form", { n: 1 }, { n: 1.0 }],
    ["a mask that is no wildcard", { text: "<uuid:1>" }, { text: "<uuid:1>" }],
  ])("are the same: %s", (_, actual, expected) => {
    expect(differences(actual, expected, nothing)).toEqual([]);
  });

  test.each([
    ["another value", { a: { b: 2 } }, { a: { b: 3 } }, "/a/b: got 2, AWS gave 3"],
    ["a missing member", {}, { a: null }, "/a: got nothing, AWS gave null"],
    ["a member too many", { a: null }, {}, "/a: got null, AWS gave nothing"],
    ["an inherited name", {}, { constructor: 1 }, "/constructor: got nothing, AWS gave 1"],
    ["a string for a number", { a: "1" }, { a: 1 }, '/a: got "1", AWS gave 1'],
    ["an element too many", [1, 2], [1], ": got 2 elements, AWS gave 1"],
    ["a list for an object", { a: [] }, { a: {} }, "/a: got [], AWS gave {}"],
    ["white space in JSON text", { a: "[1,2]" }, { a: "[1, 2]" }, '/a: got "[1,2]", AWS gave "[1, 2]"'],
    ["a wildcard nobody announced", { a: "x" }, { a: "<any:x>" }, '/a: got "x", AWS gave "<any:x>"'],
  ])("differ: %s", (_, actual, expected, said) => {
    expect(differences(actual, expected, nothing)).toEqual([said]);
  });

  test("a wildcard stands for a text, the rest of its string must match", () => {
    const ignore = new Set(["/a"]);
    const pattern = { a: "id <any:uuid:1> (of <any:date>.)" };
    expect(differences({ a: "id 7 (of today.)" }, pattern, ignore)).toEqual([]);
    for (const a of ["id 7 (of today!)", "an id 7 (of today.)", "id  (of today.)", undefined, { id: 7 }])
      expect(differences({ a }, pattern, ignore)).toHaveLength(1);
    expect(differences({ a: "token" }, { a: "<any:task_token>:1>" }, ignore)).toEqual([]);
    expect(differences({ a: 1700000000000 }, { a: "<any:date>" }, ignore)).toEqual([]);
    expect(differences({}, { a: "<any:date>" }, ignore)).toHaveLength(1);
  });

  test("what is ignored and has no wildcard is not compared, its neighbours are", () => {
    const ignore = new Set(["/a/Meta~1data"]);
    expect(differences({ a: { "Meta/data": 1, b: 1 } }, { a: { "Meta/data": {}, b: 1 } }, ignore)).toEqual(
      [],
    );
    expect(differences({ a: { b: 1 } }, { a: { "Meta/data": {}, b: 1 } }, ignore)).toEqual([]);
    expect(
      differences({ a: { "Meta/data": 1, b: 1 } }, { a: { "Meta/data": {}, b: 2 } }, ignore),
    ).toHaveLength(1);
  });
});

test("strings that hold objects are opened one level deep", () => {
  const details = {
    input: '{"a":"{}"}',
    output: "[{}]",
    name: "{not JSON",
    assignedVariables: { x: "{}", y: "1" },
  };
  expect(opened(details)).toEqual({
    input: { a: "{}" },
    output: "[{}]",
    name: "{not JSON",
    assignedVariables: { x: {}, y: "1" },
  });
});

test("an event keeps the member that its details came in", () => {
  const event = { type: "X", id: 1, previousEventId: 0, timestamp: new Date(0) };
  expect(recordedEvent(event)).toEqual({ type: "X", id: 1, previousEventId: 0 });
  const detailed = recordedEvent({ ...event, xEventDetails: { cause: '{"a":1}' } });
  expect(detailed).toMatchObject({ detailsKey: "xEventDetails", details: { cause: { a: 1 } } });
  const expected = { ...detailed, detailsKey: "yEventDetails" };
  expect(historyDifferences([detailed], [expected], undefined, nothing)).toHaveLength(1);
});

const line = (type: string, id: number, previousEventId: number, details?: object): HistoryEvent =>
  details === undefined
    ? { type, id, previousEventId }
    : { type, id, previousEventId, detailsKey: `${type}Details`, details };

/** A Map over two items: the second starts before the first ends. */
const recorded = [
  line("ExecutionStarted", 1, 0, { input: {} }),
  line("MapStateEntered", 2, 1, { name: "Map" }),
  line("MapStateStarted", 3, 2, { length: 2 }),
  line("MapIterationStarted", 4, 3, { index: 0 }),
  line("MapIterationStarted", 5, 3, { index: 1 }),
  line("MapIterationSucceeded", 6, 4, { index: 0 }),
  line("MapIterationFailed", 7, 5, { index: 1, cause: "Broken" }),
  line("ExecutionFailed", 8, 7, { cause: "Broken" }),
];

type Change = [string, (events: HistoryEvent[]) => unknown];

const changes: Change[] = [
  ["a missing event", (events) => events.splice(6, 1)],
  ["a missing last event", (events) => events.pop()],
  ["an event too many", (events) => events.push(line("ExecutionFailed", 9, 8, { cause: "Broken" }))],
  ["a changed cause", (events) => Object.assign(events[7]!.details as object, { cause: "broken" })],
  ["a missing detail", (events) => delete (events[2]!.details as { length?: number }).length],
  ["a changed type", (events) => Object.assign(events[6]!, { type: "MapIterationAborted" })],
  ["another id", (events) => Object.assign(events[7]!, { id: 9 })],
  ["an id twice", (events) => Object.assign(events[5]!, { id: 5 })],
  ["a previousEventId that is yet to come", (events) => Object.assign(events[4]!, { previousEventId: 6 })],
  [
    "a previousEventId that is missing",
    (events) => delete (events[4] as { previousEventId?: number }).previousEventId,
  ],
  ["details where there were none", (events) => Object.assign(events[0]!, { detailsKey: undefined })],
];

describe.each([undefined, "concurrent-branches-may-interleave"])("a history in the order %s", (order) => {
  test("is the same as itself", () => {
    expect(historyDifferences(structuredClone(recorded), recorded, order, nothing)).toEqual([]);
  });

  test.each(changes)("differs: %s", (_, change) => {
    const actual = structuredClone(recorded);
    change(actual);
    expect(historyDifferences(actual, recorded, order, nothing)).not.toEqual([]);
  });
});

describe("the order of a history", () => {
  const interleaved = [0, 1, 2, 3, 5, 4, 6, 7].map((index, place) => {
    const { type, details, previousEventId } = recorded[index] as HistoryEvent;
    return line(type, place + 1, previousEventId === 5 ? 6 : previousEventId, details as object);
  });

  test("counts where nothing is concurrent", () => {
    expect(historyDifferences(interleaved, recorded, undefined, nothing)).not.toEqual([]);
    const other = structuredClone(recorded);
    other[7]!.previousEventId = 6;
    expect(historyDifferences(other, recorded, undefined, nothing)).toEqual([
      "/events/7/previousEventId: got 6, AWS gave 7",
    ]);
  });

  test("does not count between branches", () => {
    const order = "concurrent-branches-may-interleave";
    expect(historyDifferences(interleaved, recorded, order, nothing)).toEqual([]);
  });

  test("a wildcard that fits several events takes none from another", () => {
    const order = "concurrent-branches-may-interleave";
    const expected = [line("Failed", 1, 0, { cause: "<any:x>" }), line("Failed", 2, 0, { cause: "a" })];
    const ignore = new Set(["/events/0/details/cause"]);
    const [first, second] = [line("Failed", 1, 0, { cause: "a" }), line("Failed", 2, 0, { cause: "b" })];
    expect(historyDifferences([first, second], expected, order, ignore)).toEqual([]);
    expect(
      historyDifferences(
        [second, second].map((event, at) => ({ ...event, id: at + 1 })),
        expected,
        order,
        ignore,
      ),
    ).toHaveLength(2);
  });

  test("is told apart by what follows what", () => {
    expect(followAlike(interleaved, recorded)).toBe(true);
    const other = structuredClone(recorded);
    other[6]!.previousEventId = 3;
    expect(followAlike(other, recorded)).toBe(false);
  });

  test("an order that nobody knows is an error", () => {
    expect(historyDifferences(interleaved, recorded, "by moonlight", nothing)).not.toEqual([]);
  });
});

describe("a history whose Parallel was sorted", () => {
  const order = "unordered-within-parallel";
  const sorted = [
    line("ParallelStateStarted", 1, 0),
    line("PassStateEntered", 0, 0, { name: "A" }),
    line("PassStateEntered", 0, 0, { name: "B" }),
    line("ParallelStateExited", 5, 3, { name: "P" }),
  ];
  const actual = [
    line("ParallelStateStarted", 1, 0),
    line("PassStateEntered", 2, 1, { name: "B" }),
    line("PassStateEntered", 3, 1, { name: "A" }),
    line("ParallelStateSucceeded", 4, 3),
    line("ParallelStateExited", 5, 3, { name: "P" }),
  ];

  test("is compared as it is outside, and as a multiset inside", () => {
    expect(historyDifferences(actual, sorted, order, nothing)).toEqual([]);
  });

  test.each([
    ["a changed name", (events) => Object.assign(events[1]!.details as object, { name: "C" })],
    ["a missing event", (events) => events.splice(1, 1)],
    ["another end", (events) => Object.assign(events[4]!, { previousEventId: 4 })],
    ["a stranger", (events) => Object.assign(events[3]!, { type: "PassStateExited" })],
    ["an event too many", (events) => events.push(line("ExecutionSucceeded", 6, 5))],
    ["an id twice", (events) => Object.assign(events[2]!, { id: 2 })],
  ] satisfies Change[])("differs: %s", (_, change) => {
    const events = structuredClone(actual);
    change(events);
    expect(historyDifferences(events, sorted, order, nothing)).not.toEqual([]);
  });
});

test("a member's text is what the file says", () => {
  const text = '{ "a": "definition", "definition" : {"n": [1.0, "}\\"]", {}]}, "b": 1e3 }';
  expect(memberText(text, "definition")).toBe('{"n": [1.0, "}\\"]", {}]}');
  expect(memberText(text, "a")).toBe('"definition"');
  expect(memberText(text, "b")).toBe("1e3");
  expect(memberText(text, "n")).toBeUndefined();
  expect(memberText("{}", "n")).toBeUndefined();
});

test("Python writes JSON with spaces, and numbers as they came", () => {
  expect(pythonText('{"a":[0.0,"x, y:\\" z"],"b" : {}}')).toBe('{"a": [0.0, "x, y:\\" z"], "b": {}}');
});
