import { describe, expect, test } from "vitest";
import { enteredStates, eventFromHistory, eventFromLog, EventPlaces, openStates } from "./event.js";

const event = (id: number, previousEventId: number, type: string, details: Record<string, unknown> = {}) => ({
  id,
  previousEventId,
  type,
  timestamp: new Date(0),
  details,
});

describe("events", () => {
  test("are the same from the history and from the log", () => {
    const details = { name: "A", input: "{}" };
    const history = { id: 2, previousEventId: 1, type: "PassStateEntered", timestamp: 1.5 };
    const log = { id: "2", previous_event_id: "1", type: "PassStateEntered", event_timestamp: "1500" };
    const expected = { ...event(2, 1, "PassStateEntered", details), timestamp: new Date(1500) };
    expect(eventFromHistory({ ...history, stateEnteredEventDetails: details })).toEqual(expected);
    expect(eventFromLog({ ...log, details, execution_arn: "arn" })).toEqual(expected);
  });

  test("tell which states were entered, and which of them not left", () => {
    const events = [
      event(1, 0, "ExecutionStarted"),
      event(2, 0, "PassStateEntered", { name: "A" }),
      event(3, 2, "PassStateExited", { name: "A" }),
      event(4, 3, "TaskStateEntered", { name: "B" }),
    ];
    expect(enteredStates(events)).toEqual(["A", "B"]);
    expect(openStates(events)).toEqual(["B"]);
  });

  test("belong to the iteration that they happened in", () => {
    const places = new EventPlaces();
    const seen = [
      event(1, 0, "ExecutionStarted"),
      event(2, 0, "MapStateEntered", { name: "Each" }),
      event(3, 2, "MapStateStarted"),
      event(4, 3, "MapIterationStarted", { name: "Each", index: 0 }),
      event(5, 3, "MapIterationStarted", { name: "Each", index: 1 }),
      event(6, 5, "TaskStateEntered", { name: "Inner" }),
      event(7, 6, "TaskScheduled"),
      event(8, 7, "MapIterationSucceeded", { name: "Each", index: 1 }),
      event(9, 8, "MapStateExited", { name: "Each" }),
    ].map((happened) => places.of(happened));
    expect(seen[6]).toEqual({ state: "Inner", iterations: ["Each[1]"] });
    expect(seen[7]).toEqual({ state: "Each", iterations: [] });
    expect(seen[8]).toEqual({ state: "Each", iterations: [] });
  });

  test("belong to one iteration of a map, also where it begins when another one ends", () => {
    const places = new EventPlaces();
    const seen = [
      event(1, 0, "MapStateEntered", { name: "Each" }),
      event(2, 1, "MapIterationStarted", { name: "Each", index: 0 }),
      event(3, 2, "MapStateEntered", { name: "Inner" }),
      event(4, 3, "MapIterationStarted", { name: "Inner", index: 0 }),
      event(5, 4, "PassStateExited", { name: "P" }),
      event(6, 5, "MapIterationSucceeded", { name: "Inner", index: 0 }),
      event(7, 5, "MapIterationStarted", { name: "Inner", index: 1 }),
      event(8, 7, "PassStateExited", { name: "P" }),
      event(9, 8, "MapStateExited", { name: "Inner" }),
      event(10, 9, "MapIterationStarted", { name: "Each", index: 1 }),
      event(11, 10, "MapStateExited", { name: "Each" }),
    ].map((happened) => places.of(happened).iterations);
    expect(seen[6]).toEqual(["Each[0]", "Inner[1]"]);
    expect(seen[8]).toEqual(["Each[0]"]);
    expect(seen[9]).toEqual(["Each[1]"]);
    expect(seen[10]).toEqual([]);
  });
});
