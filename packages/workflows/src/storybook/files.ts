import type { StepArtifacts, StepContext } from "@longhaul/kit/step";
import { maxDrawingBytes } from "./contract.js";

/** Files that earlier steps made are no larger than this; only a changed one could be. */
const maxMadeBytes = 30_000_000;

export async function readDrawing(artifacts: StepArtifacts, id: string): Promise<Uint8Array> {
  return (await artifacts.read(id, { maxBytes: maxDrawingBytes })).bytes;
}

export async function readMade(artifacts: StepArtifacts, id: string): Promise<Uint8Array> {
  return (await artifacts.read(id, { maxBytes: maxMadeBytes })).bytes;
}

/** Stores what is in memory. A repeat of the step writes the same name again, and so replaces it. */
export async function store(
  ctx: StepContext,
  name: string,
  type: string,
  bytes: Uint8Array,
): Promise<string> {
  const whole = async function* () {
    yield bytes;
  };
  return (await ctx.artifacts.write(name, type, whole())).id;
}
