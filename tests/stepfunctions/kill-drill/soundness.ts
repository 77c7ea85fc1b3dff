export interface HistoryEvent {
  id: number;
  previousEventId: number;
  timestamp: number;
  type: string;
  [details: string]: unknown;
}

export const terminal = /^Execution(Succeeded|Failed|Aborted|TimedOut)$/;
const scheduled = /^(Task|LambdaFunction|Activity)Scheduled$/;
const outcome =
  /^(Task|LambdaFunction|Activity)(Succeeded|Failed|TimedOut|StartFailed|ScheduleFailed|SubmitFailed)$/;

/** What is wrong with a history, in sentences; nothing for one that is well-formed. `complete`: no state was left midway. */
export function faultsOf(events: readonly HistoryEvent[], complete: boolean): string[] {
  const faults: string[] = [];
  const say = (wrong: boolean, sentence: string): void => {
    if (wrong) faults.push(sentence);
  };
  events.forEach(({ id, previousEventId, timestamp }, index) => {
    say(id !== index + 1, `event ${index + 1} has the id ${id}`);
    say(previousEventId >= id || previousEventId < 0, `event ${id} follows ${previousEventId}`);
    const before = events[index - 1];
    say(before !== undefined && timestamp < before.timestamp, `event ${id} is older than the one before it`);
  });
  const ends = events.filter(({ type }) => terminal.test(type));
  say(events[0]?.type !== "ExecutionStarted", "it does not begin with ExecutionStarted");
  say(ends.length !== 1, `it has ${ends.length} ends`);
  say(!terminal.test(events.at(-1)?.type ?? ""), `it ends with ${events.at(-1)?.type}`);
  faults.push(...stateFaults(events, complete), ...taskFaults(events, complete));
  return faults;
}

/** Every state that was entered was left: once, later, in the same branch. */
function stateFaults(events: readonly HistoryEvent[], complete: boolean): string[] {
  const open = new Map<string, number>();
  const faults: string[] = [];
  for (const event of events) {
    const [, type, way] = /^(\w+)State(Entered|Exited)$/.exec(event.type) ?? [];
    if (type === undefined) continue;
    const { name } = event[way === "Entered" ? "stateEnteredEventDetails" : "stateExitedEventDetails"] as {
      name: string;
    };
    const depth = (open.get(`${type} ${name}`) ?? 0) + (way === "Entered" ? 1 : -1);
    if (depth < 0) faults.push(`event ${event.id} leaves ${name}, which nobody had entered`);
    open.set(`${type} ${name}`, depth);
  }
  for (const [state, depth] of open)
    if (complete && depth !== 0 && !state.startsWith("Fail "))
      faults.push(`${state} was entered and not left`);
  return faults;
}

/** Every task that was scheduled has one outcome. Each event names the one that led to it. */
function taskFaults(events: readonly HistoryEvent[], complete: boolean): string[] {
  const outcomes = new Map<number, string[]>();
  const taskOf = new Map<number, number>();
  for (const event of events) {
    if (scheduled.test(event.type)) {
      taskOf.set(event.id, event.id);
      outcomes.set(event.id, []);
      continue;
    }
    const task = taskOf.get(event.previousEventId);
    if (task === undefined) continue;
    if (outcome.test(event.type)) outcomes.get(task)?.push(event.type);
    else taskOf.set(event.id, task);
  }
  const faults: string[] = [];
  for (const [task, found] of outcomes)
    if (found.length > 1 || (complete && found.length === 0))
      faults.push(`the task scheduled by event ${task} has the outcomes [${found.join(", ")}]`);
  return faults;
}
