import { createWriteStream } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { ObjectStore } from "@longhaul/stepfunctions";
import { pack } from "tar-stream";
import type { JobRecord } from "./records.js";

/** Why a job cannot begin, for its FailureReason. */
export class DownloadError extends Error {
  override readonly name = "DownloadError";
}

const placeOf = (uri: string): { bucket: string; prefix: string } => {
  const [, bucket = "", prefix = ""] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(uri) ?? [];
  return { bucket, prefix };
};

/**
 * The folder that a job's program finds as /opt/ml: settings and inputs to read, places for what it leaves.
 * Source: "How Amazon SageMaker Processes Training Input" and "Training Output" in the developer guide.
 */
export class JobFolder {
  readonly #uploaded = new Map<string, string>();

  constructor(
    readonly root: string,
    private readonly objects: ObjectStore,
  ) {}

  /** @throws DownloadError where a channel has nothing, or its bucket is not there. */
  async prepare({ request, name }: JobRecord): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
    for (const part of ["input/config", "input/data", "model", "output", "checkpoints"]) {
      await mkdir(path.join(this.root, part), { recursive: true, mode: 0o700 });
    }
    const channels = Object.fromEntries(request.InputDataConfig.map((one) => [one.ChannelName, one]));
    const config = {
      hyperparameters: request.HyperParameters,
      inputdataconfig: channels,
      resourceconfig: { current_host: "algo-1", hosts: ["algo-1"], network_interface_name: "lo" },
      trainingjob: { name },
    };
    for (const [file, content] of Object.entries(config)) {
      await writeFile(path.join(this.root, "input/config", `${file}.json`), JSON.stringify(content));
    }
    for (const { ChannelName, DataSource } of request.InputDataConfig) {
      const uri = DataSource.S3DataSource.S3Uri;
      if ((await this.#fetch(uri, path.join("input/data", ChannelName))) === 0) {
        throw new DownloadError(
          `Data download failed: there are no S3 objects under ${uri} for the channel ${ChannelName}.`,
        );
      }
    }
    if (request.CheckpointConfig) await this.#fetch(request.CheckpointConfig.S3Uri, "checkpoints");
  }

  async #fetch(uri: string, into: string): Promise<number> {
    const { bucket, prefix } = placeOf(uri);
    const base = path.join(this.root, into);
    let count = 0;
    try {
      for await (const { key } of this.objects.list({ bucket, prefix })) {
        const relative = key.slice(prefix.length).replace(/^\/+/, "") || path.basename(key);
        const file = path.join(base, relative);
        if (!file.startsWith(base + path.sep) || key.endsWith("/")) continue;
        await mkdir(path.dirname(file), { recursive: true });
        await pipeline(await this.objects.get({ bucket, key }), createWriteStream(file));
        count += 1;
      }
    } catch (error) {
      throw new DownloadError(`Data download failed from ${uri}: ${(error as Error).message}`);
    }
    return count;
  }

  /** Brings what has changed under checkpoints to where the job keeps them, as SageMaker does all the time. */
  async keepCheckpoints({ request }: JobRecord): Promise<void> {
    if (!request.CheckpointConfig) return;
    const { bucket, prefix } = placeOf(request.CheckpointConfig.S3Uri);
    const base = path.join(this.root, "checkpoints");
    for (const file of await filesUnder(base)) {
      const { mtimeMs, size } = await stat(file);
      const mark = `${mtimeMs}/${size}`;
      if (this.#uploaded.get(file) === mark) continue;
      const key = `${prefix.replace(/\/*$/, "/")}${path.relative(base, file)}`;
      await this.objects.put({ bucket, key }, await readFile(file));
      this.#uploaded.set(file, mark);
    }
  }

  /** Brings what is under model to the job's output, as SageMaker packs it; null where there is nothing. */
  async keepModel({ request, name }: JobRecord): Promise<string | null> {
    const base = path.join(this.root, "model");
    const files = await filesUnder(base);
    if (files.length === 0) return null;
    const archive = pack();
    const bytes = buffer(archive.pipe(createGzip()));
    for (const file of files) archive.entry({ name: path.relative(base, file) }, await readFile(file));
    archive.finalize();
    const { bucket, prefix } = placeOf(request.OutputDataConfig.S3OutputPath);
    const key = `${prefix === "" ? "" : prefix.replace(/\/*$/, "/")}${name}/output/model.tar.gz`;
    await this.objects.put({ bucket, key }, await bytes);
    return `s3://${bucket}/${key}`;
  }

  /** What the program has written about its failure. */
  async failure(): Promise<string> {
    const text = await readFile(path.join(this.root, "output/failure"), "utf8").catch(() => "");
    return text.slice(0, 1_024);
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }
}

/** Drafts, whose names begin with a dot, are left out. */
async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}
