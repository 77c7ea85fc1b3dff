import { chmodSync, mkdirSync, realpathSync } from "node:fs";
import { findDamage, markFolder } from "./data-file.js";
import { writeError } from "./disk.js";
import { DurableStore } from "./durable-store.js";
import {
  DataDirectoryDamagedError,
  DataDirectoryInUseError,
  type DataDirectoryWriteError,
} from "./errors.js";
import type { Limits } from "./journal.js";
import { LmdbTables } from "./lmdb-tables.js";
import { recover } from "./recovery.js";
import { type Segments, segmentsIn } from "./segments.js";
import type { Store } from "./store.js";
import { TABLES } from "./tables.js";

const LIMITS: Limits = {
  smallestSegment: 256 * 1024,
  largestSegment: 16 * 1024 * 1024,
  memory: 24 * 1024 * 1024,
};

export interface StoreOptions {
  /** Told, perhaps more than once, that nothing can be written any more. */
  onWriteError?: ((error: DataDirectoryWriteError) => void) | undefined;
  /** For tests: where the journal is; in the folder by default. */
  segments?: Segments;
  /** For tests. */
  limits?: Partial<Limits>;
}

/** Folders that this process has open. */
const opened = new Set<string>();

/**
 * Opens the store in a folder, which is made if it is missing.
 * @throws DataDirectoryInUseError while another store is open on it, here or in another process
 * @throws DataDirectoryDamagedError when what is there cannot be read
 * @throws DataDirectoryFormatError when another version wrote it
 */
export async function openStore(directory: string, options: StoreOptions = {}): Promise<Store> {
  mkdirSync(directory, { recursive: true });
  // Inputs and outputs of executions are for nobody else on this machine.
  chmodSync(directory, 0o700);
  const folder = realpathSync(directory);
  if (opened.has(folder)) throw new DataDirectoryInUseError(folder, process.pid);
  opened.add(folder);
  try {
    return await openFolder(folder, options);
  } catch (error) {
    opened.delete(folder);
    throw error;
  }
}

async function openFolder(folder: string, options: StoreOptions): Promise<Store> {
  const { segments = segmentsIn(folder), onWriteError = () => {} } = options;
  const limits = { ...LIMITS, ...options.limits };
  const damage = findDamage(folder, ["meta", ...TABLES]);
  if (damage !== null) throw new DataDirectoryDamagedError(folder, damage);
  const tables = new LmdbTables(folder);
  try {
    const begun = await recover(folder, tables, segments, limits.smallestSegment);
    markFolder(folder);
    return new DurableStore({
      folder,
      tables,
      segments,
      limits,
      ...begun,
      failed: onWriteError,
      closed: () => opened.delete(folder),
    });
  } catch (error) {
    await tables.close().catch(() => {});
    const { code } = error as NodeJS.ErrnoException;
    throw code === "ENOSPC" || code === "EIO" ? writeError(folder, error) : error;
  }
}
