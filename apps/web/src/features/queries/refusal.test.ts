import { describe, expect, it } from "vitest";
import { placeOfRefusal } from "./refusal.js";

const sql =
  "SELECT campaing -- not campaign\nFROM dsp_impressions\nWHERE name = 'campaing' AND day > {{since}}";

describe("the place of what AMC refuses", () => {
  const found = (message: string) => {
    const place = placeOfRefusal(message, sql);
    return place && [place.from, sql.slice(place.from, place.to)];
  };

  it.each([
    ['Binder Error: Referenced column "campaing" not found in FROM clause!', [7, "campaing"]],
    ["Column 'CAMPAING' not found in any table", [7, "campaing"]],
    ['Candidate "nowhere", but "dsp_impressions" is', [37, "dsp_impressions"]],
    ["Parser Error: syntax error\n\nLINE 1: SELECT campaing FROM\n                        ^", [32, "FROM"]],
    ['Unknown parameter "since"', [87, "{{since}}"]],
    ["Something is wrong", null],
    ['It is "nowhere" here', null],
  ])("%s", (message, place) => {
    expect(found(message)).toEqual(place);
  });
});
