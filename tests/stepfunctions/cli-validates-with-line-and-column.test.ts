import { describe, expect, test } from "vitest";
import { workplace } from "./support/cli.js";

const broken = `{
  "StartAt": "First",
  "States": {
    "First": { "Type": "Pass", "Next": "Second" },
    "Third": {
      "Type": "Wait",
      "Seconds": 1,
      "End": true
    }
  }
}`;
const fine = { StartAt: "Done", States: { Done: { Type: "Succeed" } } };

describe("stepfunctions validate", () => {
  test("prints file, line, column, severity, code and message", async () => {
    await using place = workplace({ "broken.json": broken });
    const { status, lines } = await place.cli(["validate", "broken.json"]);
    expect(status).toBe(1);
    expect(lines).toContainEqual(
      expect.stringMatching(/^broken\.json:4:32 error MISSING_TRANSITION_TARGET .*Second/),
    );
  });

  test("prints a line of JSON for each file", async () => {
    await using place = workplace({ "broken.json": broken, "fine.json": fine });
    const { status, lines } = await place.cli(["validate", "fine.json", "broken.json", "--json"]);
    expect(status).toBe(1);
    const [first, second] = lines.map((line) => JSON.parse(line));
    expect(first).toEqual({ file: "fine.json", result: "OK", diagnostics: [] });
    expect(second).toMatchObject({ file: "broken.json", result: "FAIL" });
    expect(second.diagnostics).toContainEqual(
      expect.objectContaining({ severity: "ERROR", line: 4, column: 32, location: "/States/First/Next" }),
    );
  });

  test("is content with what is right, and quiet on stdout", async () => {
    await using place = workplace({ "fine.json": fine });
    expect(await place.cli(["validate", "fine.json"])).toMatchObject({
      status: 0,
      stdout: "",
      stderr: "fine.json: no errors\n",
    });
  });

  test("finds where a text stops being JSON", async () => {
    await using place = workplace();
    const { status, stdout } = await place.cli(["validate", "-"], { input: '{\n  "StartAt": "A",\n}' });
    expect(status).toBe(1);
    expect(stdout).toMatch(/^stdin:3:1 error INVALID_JSON_DESCRIPTION /);
  });

  test.each([
    ["nothing", ""],
    ["a number", "1"],
    ["deep nesting", "[".repeat(200_000)],
    ["a byte order mark", `\uFEFF${JSON.stringify({ StartAt: 1 })}`],
  ])("answers %s with an error and no stack", async (_what, input) => {
    await using place = workplace();
    const { status, stdout, stderr } = await place.cli(["validate", "-"], { input });
    expect(status).toBe(1);
    expect(stdout).toMatch(/^stdin:1:\d+ error /);
    expect(stderr).toBe("");
  });

  test("ends with 2 for files that cannot be read and types that do not exist", async () => {
    await using place = workplace({ "fine.json": fine });
    expect((await place.cli(["validate", "none.json"])).status).toBe(2);
    expect((await place.cli(["validate"])).status).toBe(2);
    expect((await place.cli(["validate", "fine.json", "--type", "FAST"])).stderr).toContain(
      "STANDARD or EXPRESS",
    );
  });
});
