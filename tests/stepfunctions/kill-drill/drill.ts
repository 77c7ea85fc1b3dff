import { setTimeout as sleep } from "node:timers/promises";
import { type Call, clientOf, must } from "./client.js";
import { EngineProcess, type Line } from "./engine-process.js";
import type { Kind } from "./kind.js";
import { jsonPathKinds } from "./kinds-json-path.js";
import { inner, jsonataKinds } from "./kinds-jsonata.js";
import { isSettled } from "./answers.js";
import { Ledger } from "./ledger.js";
import { Life } from "./life.js";
import { randomFrom } from "./random.js";
import { verify } from "./verify.js";

export interface DrillOptions {
  seed: number;
  rounds: number;
  executions: number;
  /** The program that runs the engine, and the folder that all its lives share. */
  script: string;
  dataDir: string;
  /** Only kinds of these names; all by default. */
  only?: readonly string[];
  /** How long the last life may take to end everything, in ms. */
  patience?: number;
  log?: (line: string) => void;
}

export interface DrillReport {
  acknowledged: number;
  answers: number;
  faults: string[];
}

const roleArn = "arn:aws:iam::000000000000:role/drill";
const longestLife = 700;

/** Kills the engine at random moments while executions run, and then holds each to what was acknowledged. */
export async function drill(options: DrillOptions): Promise<DrillReport> {
  const { seed, rounds, executions, log = () => {} } = options;
  const random = randomFrom(seed);
  const ledger = new Ledger();
  const kinds = mix(options.only);
  let life: Life | null = null;
  const onLine = ({ token, key, ended, status }: Line): void => {
    if (ended !== undefined) ledger.tell(ended, status ?? "");
    const entry = token === undefined ? undefined : ledger.entries.find(({ name }) => name === key);
    if (token !== undefined && entry !== undefined && !ledger.tokens.has(token))
      life?.answerLater(ledger.hand(token, entry));
  };
  const spawn = (): EngineProcess => new EngineProcess(options.script, options.dataDir, onLine);
  const world = await create(spawn, kinds);
  for (let round = 0; round < rounds; round += 1) {
    for (let n = started(executions, rounds, round); n < started(executions, rounds, round + 1); n += 1)
      ledger.add(n, kinds[n % kinds.length] as Kind);
    const engine = spawn();
    if (random.chance(0.1)) {
      // Killed while it starts: taking up what had run must survive that too.
      await sleep(random.below(400));
      await engine.kill();
      continue;
    }
    const port = await engine.port;
    const over = new AbortController();
    life = new Life(ledger, random, clientOf(port, over.signal), over.signal);
    life.begin(world.machines, world.activityArn);
    await Promise.race([sleep(random.below(longestLife)), engine.died]);
    await engine.kill();
    over.abort();
    await life.settled();
    if ((round + 1) % 20 === 0) log(`${round + 1} kills, ${progress(ledger)}`);
  }
  const engine = spawn();
  const over = new AbortController();
  const call = clientOf(await engine.port, over.signal);
  const last = new Life(ledger, random, call, over.signal);
  life = last;
  last.begin(world.machines, world.activityArn);
  const deadline = performance.now() + (options.patience ?? 180_000);
  while (!isOver(ledger) && performance.now() < deadline) await Promise.race([sleep(50), engine.died]);
  log(`all lives over, ${progress(ledger)}`);
  const faults = [
    ...ledger.violations,
    ...(await verify(ledger, call)),
    ...(await nestedFaults(ledger, world, call)),
  ];
  over.abort();
  await last.settled();
  await engine.kill();
  return {
    acknowledged: ledger.entries.filter(({ arn }) => arn !== null).length,
    answers: answered(ledger),
    faults,
  };
}

/** Kinds of both query languages in turn. */
function mix(only: readonly string[] | undefined): Kind[] {
  const all = jsonPathKinds.flatMap((kind, index) => [kind, jsonataKinds[index] as Kind]);
  return only === undefined ? all : all.filter(({ name }) => only.includes(name));
}

/** How many executions have been started before a round. */
const started = (executions: number, rounds: number, round: number): number =>
  Math.floor((executions * round) / rounds);

interface World {
  machines: Map<string, string>;
  activityArn: string;
  innerArn: string;
}

/** Makes the machines, in a life that is not disturbed. */
async function create(spawn: () => EngineProcess, kinds: readonly Kind[]): Promise<World> {
  const engine = spawn();
  const call = clientOf(await engine.port, new AbortController().signal);
  const machine = async (name: string, definition: object): Promise<string> => {
    const request = { name, definition: JSON.stringify(definition), roleArn };
    return String((await must(call("CreateStateMachine", request))).stateMachineArn);
  };
  const uses = (name: string): boolean => kinds.some((kind) => kind.name === name);
  const activityArn = uses("activity")
    ? String((await must(call("CreateActivity", { name: "work" }))).activityArn)
    : "";
  const innerArn = await machine("inner", inner);
  const machines = new Map<string, string>();
  for (const { name, definition } of kinds)
    machines.set(name, await machine(name, definition({ activityArn, innerArn })));
  await engine.kill();
  return { machines, activityArn, innerArn };
}

/** Each execution that starts another one started exactly one. */
async function nestedFaults(ledger: Ledger, { innerArn }: World, call: Call): Promise<string[]> {
  const outer = ledger.entries.filter(({ kind, arn }) => kind.name === "nested" && arn !== null).length;
  const request = { stateMachineArn: innerArn, maxResults: 1000 };
  const { executions } = await must(call("ListExecutions", request));
  const found = (executions as unknown[]).length;
  return found === outer ? [] : [`${outer} executions that start another one started ${found}`];
}

function isOver(ledger: Ledger): boolean {
  return ledger.entries.every(({ told, arn }) => arn !== null && told.length > 0);
}

const answered = (ledger: Ledger): number =>
  [...ledger.tokens.values()].filter((token) => token.tries.some((one) => one.outcome === "acknowledged"))
    .length;

function progress(ledger: Ledger): string {
  const { entries, tokens, violations } = ledger;
  const count = (of: (entry: (typeof entries)[number]) => boolean): number => entries.filter(of).length;
  const open = [...tokens.values()].filter((token) => !isSettled(token)).length;
  return `${entries.length} executions: ${count(({ arn }) => arn !== null)} acknowledged, ${count(({ told }) => told.length > 0)} ended; ${answered(ledger)} answers acknowledged, ${open} open; ${violations.length} violations`;
}
