const general = `Step Functions on a laptop: Amazon States Language with no Docker, no Java and no AWS account.

  stepfunctions serve      answer AWS clients on a port, durably
  stepfunctions run        run a state machine once and show its states
  stepfunctions validate   check definitions
  stepfunctions history    show the events of an execution

"stepfunctions COMMAND --help" says more.`;

const functions = `  --functions FILE.mjs     Lambda functions: what the file exports, by name. A function is
                           async (event, context) => result; the name of an error that it
                           throws is the errorType. Names that are no identifiers:
                             export { charge as "charge-card" };
                             export default { "charge-card": charge };
                           Other services are its export "services":
                             export const services = { "sqs:sendMessage": async (call) => ({ ... }) };
                           It all runs in this process, with your rights.
  --mock-config FILE       mocked answers of tasks: MockConfigFile.json of Step Functions Local
  --objects DIR            S3: the object KEY of BUCKET is the file DIR/BUCKET/KEY
  --wait-scale N           Wait states and the delays of retries take N times as long (0.01: a
                           hundredth); timeouts and heartbeats stay as they are
  --region REGION          us-east-1 by default
  --account ID             000000000000 by default`;

const serve = `Usage: stepfunctions serve [options]

Answers the AWS SDKs and the aws command line until it is interrupted. What was acknowledged is on disk;
executions go on where they were at the next start.

  --port N                 8083 by default; 0 takes any free one
  --host ADDRESS           127.0.0.1 by default. Whoever reaches it may run what --functions offers.
  --data DIR               where everything is kept: .stepfunctions by default
${functions}
  --virtual-clock          time stands still until it is moved:
                             POST /clock/advance {"seconds": 86400} or {"until": "2030-01-01T00:00:00Z"}
                             GET /clock

A change of FILE.mjs counts from the next call; what it imports is read once.`;

const run = `Usage: stepfunctions run FILE [options]

Creates a state machine from a definition (JSON; - is standard input), runs it once and shows its states as they
are entered and left. The last line is the output.

  --input JSON             the input; @FILE reads it from a file, - from standard input. {} by default
${functions}
  --test-case NAME         of --mock-config
  --machine-name NAME      the name of FILE by default; --mock-config knows machines by it
  --type TYPE              STANDARD (default) or EXPRESS
  --virtual-clock          waits, retries and timeouts take no time
  --data DIR               keep the execution there; a temporary folder by default
  --json                   print each event as a line {"event": ...} and the end as {"result": ...}

Exit status: 0 succeeded, 1 failed, 2 not run (arguments, files, definition), 3 timed out, 4 aborted,
130 interrupted.`;

const validate = `Usage: stepfunctions validate FILE... [options]

Checks definitions (JSON; - is standard input) and prints a line for each finding:
file:line:column severity CODE message

  --type TYPE              STANDARD (default) or EXPRESS
  --json                   print a line of JSON for each file: {"file", "result", "diagnostics"}

Exit status: 0 no errors (there may be warnings), 1 errors, 2 not checked (arguments, files).`;

const history = `Usage: stepfunctions history EXECUTION_ARN [options]

Shows the events of an execution. Nothing runs on: the folder is only read.

  --data DIR               the folder of an engine that is not running: .stepfunctions by default
  --endpoint URL           an engine that is running, such as http://127.0.0.1:8083
  --json                   print each event as a line of JSON, as GetExecutionHistory gives it

Exit status: 0 shown, 1 no such execution, 2 not read (arguments, folder, endpoint).`;

/** The help of a command; of all of them for another text. */
export function help(command?: string): string {
  const texts = new Map(Object.entries({ serve, run, validate, history }));
  return texts.get(command ?? "") ?? general;
}

/** The first line of a command's help. */
export function usage(command: string): string {
  return help(command).split("\n")[0] ?? "";
}
