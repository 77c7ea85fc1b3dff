const names = ["First", "Second", "Third", "Fourth", "Fifth"];

function machine(head: object, state: object): string {
  const states = names.map((name, index) => {
    const next = names[index + 1];
    return [name, { Type: "Task", ...state, ...(next === undefined ? { End: true } : { Next: next }) }];
  });
  return JSON.stringify({ ...head, StartAt: names[0], States: Object.fromEntries(states) as object });
}

const Resource = "arn:aws:states:::lambda:invoke";

/** Five Lambda tasks that hand their input on by JSONPaths. */
export const jsonPath = machine(
  {},
  { Resource, Parameters: { FunctionName: "step", "Payload.$": "$" }, OutputPath: "$.Payload" },
);

/** The same by the function's ARN, whose answer is the result itself: no response round it. */
export const functionArn = machine({}, { Resource: "arn:aws:lambda:us-east-1:000000000000:function:step" });

/** The first with JSONata expressions that are only paths. */
export const jsonataPaths = machine(
  { QueryLanguage: "JSONata" },
  {
    Resource,
    Arguments: { FunctionName: "step", Payload: "{% $states.input %}" },
    Output: "{% $states.result.Payload %}",
  },
);

/** The same with a JSONata object expression in each state, which only a whole evaluator of JSONata can do. */
export const jsonataObject = machine(
  { QueryLanguage: "JSONata" },
  {
    Resource,
    Arguments: {
      FunctionName: "step",
      Payload:
        "{% { 'run': $states.input.run, 'n': $states.input.n, 'even': $states.input.n % 2 = 0, 'label': $uppercase($states.input.run) } %}",
    },
    Output: "{% $states.result.Payload %}",
  },
);

/** A step of three seconds between two trivial ones. */
export const slow = JSON.stringify({
  StartAt: "Before",
  States: {
    Before: { Type: "Task", Resource: "arn:aws:lambda:us-east-1:000000000000:function:step", Next: "Slow" },
    Slow: { Type: "Task", Resource: "arn:aws:lambda:us-east-1:000000000000:function:slow", Next: "After" },
    After: { Type: "Task", Resource: "arn:aws:lambda:us-east-1:000000000000:function:step", End: true },
  },
});
