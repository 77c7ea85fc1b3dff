import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { StagedProduct } from "@longhaul/local/testing/product";
import { randomFrom } from "../stepfunctions/kill-drill/random.js";
import { kills, troubles } from "./faults.js";
import type { Entry } from "./follower.js";
import { Runs } from "./runs.js";
import { openScene, type Scene } from "./scene.js";
import { longestSilences, verify } from "./verify.js";
import { expected, type KindName } from "./workflows/kinds.js";

export interface DrillOptions {
  readonly seed: number;
  readonly runs: number;
  readonly kills: number;
  /** Whose workflows are those of this folder. */
  readonly product: StagedProduct;
  /** How long everything may take to end after the last kill, in ms. */
  readonly patience: number;
  /** Which workflows are run: all unless said. */
  readonly kinds?: readonly KindName[];
  readonly log?: (line: string) => void;
}

export interface DrillReport {
  /** Runs that ended, and the events that their subscribers heard. */
  readonly ended: number;
  readonly heard: number;
  /** Effects, and how often the third party was asked for one that it had had. */
  readonly effects: number;
  readonly repeated: number;
  /** What must not have happened, in sentences. */
  readonly faults: string[];
}

const longestPauseMs = 2500;

/** Kills parts of the product while runs are started, worked on and watched, and then holds all to what must be. */
export async function drill(options: DrillOptions): Promise<DrillReport> {
  const { product, log = () => {} } = options;
  const violations: string[] = [];
  const entries = entriesOf(options);
  const over = new AbortController();
  setMaxListeners(0, over.signal);
  await using scene = await openScene(product, violations);
  try {
    const runs = new Runs(scene, entries, violations, over.signal);
    const tell = tellerOf(runs, log);
    await breakThings(options, scene, runs, violations, tell);
    await Promise.race([runs.done, sleep(options.patience, undefined, { ref: false })]);
    tell("over");
    over.abort();
    await runs.done;
  } finally {
    over.abort();
  }
  for (const silence of await longestSilences(scene.sql, 5)) log(`silent for ${silence}`);
  const faults = [...violations, ...(await verify(scene.sql, entries, scene.thirdParty))];
  const effects = [...scene.thirdParty.effects.values()];
  return {
    ended: entries.filter(({ complete }) => complete).length,
    heard: entries.reduce((sum, { heard }) => sum + heard.length, 0),
    effects: effects.length,
    repeated: effects.reduce((sum, { asked }) => sum + asked - 1, 0),
    faults,
  };
}

function entriesOf({ seed, runs, kinds = Object.keys(expected) as KindName[] }: DrillOptions): Entry[] {
  return Array.from({ length: runs }, (_, n) => ({
    ...{ n, kind: kinds[n % kinds.length] as string, key: `drill ${seed} ${n}` },
    ...{ runId: null, heard: [], complete: false },
  }));
}

async function breakThings(
  { seed, runs: count, kills: times }: DrillOptions,
  scene: Scene,
  runs: Runs,
  violations: string[],
  tell: (what: string) => void,
): Promise<void> {
  const random = randomFrom(seed);
  const target = { ...scene, random, violations };
  for (let round = 0; round < times; round += 1) {
    runs.released = Math.ceil((count * (round + 1)) / times);
    await sleep(random.below(longestPauseMs));
    const trouble = troubles[round % troubles.length];
    if (trouble) tell(await withPatience(trouble(target)));
    await sleep(random.below(longestPauseMs));
    const kill = kills[random.below(kills.length)];
    const killedAt = performance.now();
    if (kill) tell(`killed ${round + 1}: ${await withPatience(kill(target))}, back after ${since(killedAt)}`);
  }
}

const since = (moment: number): string => `${((performance.now() - moment) / 1000).toFixed(1)} s`;

function tellerOf(runs: Runs, log: (line: string) => void): (what: string) => void {
  const began = performance.now();
  return (what) => log(`${since(began).padStart(8)}  ${what}; ${runs.started} started, ${runs.ended} ended`);
}

/** A part that does not come back is a finding, not something to wait for. */
async function withPatience<T>(work: Promise<T>): Promise<T> {
  const late = sleep(120_000, undefined, { ref: false }).then(() => {
    throw new Error("what was killed did not come back within two minutes");
  });
  return Promise.race([work, late]);
}
