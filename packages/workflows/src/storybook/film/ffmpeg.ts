import { execFile, spawn } from "node:child_process";
import { constants } from "node:fs";
import { access, chmod } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";
import { FatalError } from "@longhaul/kit/step";
import { filmEnv } from "./env.js";

const keptErrors = 4_000;

async function executable(file: string): Promise<boolean> {
  const may = (mode: number) =>
    access(file, mode).then(
      () => true,
      () => false,
    );
  if (await may(constants.X_OK)) return true;
  // Some registries' archives lose the mark of a program.
  return (
    (await may(constants.F_OK)) &&
    chmod(file, 0o755).then(
      () => true,
      () => false,
    )
  );
}

function fromNpm(): string[] {
  const name = process.platform === "win32" ? "ffmpeg.exe" : "ffmpeg";
  try {
    return [
      createRequire(import.meta.url).resolve(`@ffmpeg-installer/${process.platform}-${process.arch}/${name}`),
    ];
  } catch {
    return [];
  }
}

/** The program: FFMPEG_PATH, else the one that npm brought for this kind of computer, else the system's. */
export async function findFfmpeg(): Promise<string> {
  const { FFMPEG_PATH, PATH } = filmEnv();
  if (FFMPEG_PATH) return FFMPEG_PATH;
  const onPath = PATH.split(path.delimiter)
    .filter(Boolean)
    .map((folder) => path.join(folder, "ffmpeg"));
  for (const file of [...fromNpm(), ...onPath]) if (await executable(file)) return file;
  throw new FatalError("There is no ffmpeg on this machine: install it, or put its path into FFMPEG_PATH.", {
    code: "FFMPEG_MISSING",
  });
}

export interface FfmpegOptions {
  readonly signal: AbortSignal;
  /** Seconds of the film that are done. */
  readonly onProgress?: (seconds: number) => void;
}

/**
 * Runs ffmpeg without a shell; killed at once when the signal fires.
 *
 * @returns what it wrote to standard error.
 * @throws Error with the end of what it said, or the signal's reason.
 */
export async function ffmpeg(
  args: readonly string[],
  { signal, onProgress }: FfmpegOptions,
): Promise<string> {
  signal.throwIfAborted();
  const program = await findFfmpeg();
  const child = spawn(program, ["-nostdin", "-hide_banner", "-y", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
  });
  const kill = () => child.kill("SIGKILL");
  signal.addEventListener("abort", kill, { once: true });
  if (signal.aborted) kill();
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-keptErrors);
  });
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const time = [...text.matchAll(/out_time_ms=(\d+)/g)].at(-1)?.[1];
    // In microseconds, whatever its name says.
    if (time) onProgress?.(Number(time) / 1e6);
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject).once("close", resolve);
    });
    signal.throwIfAborted();
    if (code !== 0) throw new Error(`ffmpeg ended with ${code ?? "a signal"}: ${said.trim()}`);
    return said;
  } finally {
    signal.removeEventListener("abort", kill);
  }
}

/** The option by which frames keep their times; it was renamed in version 5.1, and the old name will go. */
export async function variableRate(): Promise<string[]> {
  const signal = AbortSignal.timeout(10_000);
  const { stdout } = await promisify(execFile)(await findFfmpeg(), ["-version"], { signal });
  const major = Number(/^ffmpeg version n?(\d+)\./.exec(stdout)?.[1] ?? 0);
  return major >= 6 ? ["-fps_mode", "vfr"] : ["-vsync", "vfr"];
}
