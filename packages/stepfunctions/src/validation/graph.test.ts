import { describe, expect, test } from "vitest";
import { judge, pass, type State } from "./testing/judge.js";

const lost = "MISSING_TRANSITION_TARGET";

function states(all: State, StartAt = "A"): State {
  return { StartAt, States: all };
}

const to = (Next: string): State => ({ Type: "Pass", Next });
const parallel = (...branches: State[]): State => ({ Type: "Parallel", Branches: branches, End: true });
const map = (processor: State): State => ({ Type: "Map", ItemProcessor: processor, End: true });

describe("transitions", () => {
  test.each<[string, State, string[]]>([
    ["a good one", states({ A: to("B"), B: pass }), []],
    [
      "to nowhere",
      states({ A: to("C"), B: pass }),
      [`${lost} /States/A/Next: Missing 'Next' target: C`, `${lost} /States/B: State "B" is not reachable.`],
    ],
    [
      "a start nowhere",
      states({ A: pass }, "B"),
      [`${lost} /StartAt: Missing 'Next' target: B`, `${lost} /States/A: State "A" is not reachable.`],
    ],
    [
      "from rules and catchers",
      states(
        {
          A: { Type: "Choice", Choices: [{ Variable: "$.a", IsNull: true, Next: "X" }], Default: "Y" },
          Z: pass,
        },
        "A",
      ),
      [
        `${lost} /States/A/Default: Missing 'Next' target: Y`,
        `${lost} /States/A/Choices[0]/Next: Missing 'Next' target: X`,
        `${lost} /States/Z: State "Z" is not reachable.`,
      ],
    ],
    [
      "a round without end",
      states({ A: to("B"), B: to("A") }),
      ["MISSING_END_STATE null: Workflow has no terminal state"],
    ],
    [
      "a round beside an end",
      states({ A: to("B"), B: to("A"), C: pass }),
      [`${lost} /States/C: State "C" is not reachable.`],
    ],
    [
      "states that lead to each other alone",
      states({ A: pass, B: to("C"), C: to("B") }),
      ["B", "C"].map((name) => `${lost} /States/${name}: State "${name}" is not reachable.`),
    ],
    [
      "over the border of a branch",
      states({ A: parallel(states({ B: to("Z") }, "B")), Z: pass }),
      [
        `${lost} /States/A/Branches[0]/States/B/Next: Missing 'Next' target: Z`,
        `${lost} /States/Z: State "Z" is not reachable.`,
      ],
    ],
    [
      "inside a Map",
      states({ A: map(states({ B: pass, C: pass }, "B")) }),
      [`${lost} /States/A/ItemProcessor/States/C: State "C" is not reachable.`],
    ],
    ["a round inside a Map may have no end", states({ A: map(states({ B: to("C"), C: to("B") }, "B")) }), []],
    [
      "a name twice",
      states({ A: parallel(states({ B: pass }, "B"), states({ B: pass }, "B")) }),
      ["DUPLICATE_STATE_NAME /States/A/Branches[1]/States/B: Duplicate State name: B"],
    ],
    [
      "names of the prototype",
      JSON.parse(
        `{"StartAt":"__proto__","States":{"__proto__":{"Type":"Pass","Next":"constructor"},"constructor":{"Type":"Pass","Next":"toString"},"a":{"Type":"Succeed"}}}`,
      ) as State,
      [
        `${lost} /States/constructor/Next: Missing 'Next' target: toString`,
        `${lost} /States/a: State "a" is not reachable.`,
      ],
    ],
  ])("%s", (_, definition, findings) => {
    expect(judge(definition)).toEqual(findings);
  });
});

test("labels stand once", () => {
  const inside = states({ B: { ...map(states({ C: pass }, "C")), Label: "x" } }, "B");
  const definition = states({ A: { ...map(inside), Label: "x" } });
  expect(judge(definition)).toEqual([
    "DUPLICATE_LABEL_NAME /States/A/ItemProcessor/States/B/Label: Duplicate Label name: x",
  ]);
});

test("what has not the right form is not followed", () => {
  expect(judge(states({ A: { Type: "Pass", Next: 1 }, B: pass }))).toEqual([
    "/States/A/Next: Expected value of type [STRING]",
  ]);
});
