import { StateMachine } from "aws-local-stepfunctions";
import { check, step, type Subject } from "../subject.js";
import { bringWithResolvers } from "../with-resolvers.js";

const names = ["First", "Second", "Third", "Fourth", "Fifth"];
const Resource = "arn:aws:lambda:us-east-1:000000000000:function:step";
const States = Object.fromEntries(
  names.map((name, index) => [
    name,
    { Type: "Task", Resource, ...(index === 4 ? { End: true } : { Next: names[index + 1] }) },
  ]),
);
const handler = (input: unknown): Promise<{ n: number }> => step(input as { n: number });
const overrides = { taskResourceLocalHandlers: Object.fromEntries(names.map((name) => [name, handler])) };

/** In memory: nothing of it survives its process. */
export async function open(): Promise<Subject> {
  bringWithResolvers();
  const machine = new StateMachine({ StartAt: "First", States } as ConstructorParameters<
    typeof StateMachine
  >[0]);
  return {
    async run(n) {
      check(n, (await machine.run({ n }, { overrides }).result) as { n: number });
    },
    async close() {},
  };
}
