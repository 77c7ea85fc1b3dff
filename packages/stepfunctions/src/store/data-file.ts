import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const DATA = "data.mdb";
const MARK = "stepfunctions.json";
/** Where LMDB's two meta pages keep what is looked at here, from the start of the page. */
const META = { magic: 24, version: 28, pageSize: 48, lastPage: 144, transaction: 152, length: 160 };
const MAGIC = 0xbeefc0de;

/**
 * Looks at a data file before LMDB maps it: a page that is not what LMDB expects can end the whole process.
 * @returns what is wrong with it, or null. A folder without a data file is new, unless it bears the mark of an old one.
 */
export function findDamage(folder: string, tables: string[]): string | null {
  const path = join(folder, DATA);
  const size = existsSync(path) ? statSync(path).size : 0;
  if (size === 0) return existsSync(join(folder, MARK)) ? "its data file is missing or empty" : null;
  const first = readMeta(path, 0);
  const second = first === null ? null : readMeta(path, first.pageSize);
  if (first === null || second === null) return "its data file is not one of this engine";
  const { lastPage, pageSize } = first.transaction > second.transaction ? first : second;
  // LMDB may leave out free pages at the end, so a short file can be whole: then another process tries it out.
  if (size >= (lastPage + 1) * pageSize || survivesReading(folder, tables)) return null;
  return "its data file is shorter than it was";
}

/** Marks a folder as one that has data. */
export function markFolder(folder: string): void {
  const path = join(folder, MARK);
  if (!existsSync(path)) writeFileSync(path, `${JSON.stringify({ store: "lmdb", file: DATA })}\n`);
}

function readMeta(
  path: string,
  at: number,
): { pageSize: number; lastPage: number; transaction: number } | null {
  const bytes = Buffer.alloc(META.length);
  const file = openSync(path, "r");
  try {
    if (readSync(file, bytes, 0, META.length, at) < META.length) return null;
  } finally {
    closeSync(file);
  }
  const pageSize = bytes.readUInt32LE(META.pageSize);
  const known = bytes.readUInt32LE(META.magic) === MAGIC && bytes.readUInt16LE(META.version) === 2;
  if (!known || pageSize < 256 || pageSize > 65_536) return null;
  const lastPage = Number(bytes.readBigUInt64LE(META.lastPage));
  return { pageSize, lastPage, transaction: Number(bytes.readBigUInt64LE(META.transaction)) };
}

/** Reads everything in a process of its own, which a missing page may kill. */
function survivesReading(folder: string, tables: string[]): boolean {
  const script = `
    const [lmdb, path, ...tables] = process.argv.slice(1);
    const { open } = await import(lmdb);
    const root = open({ path, readOnly: true, encoding: "binary", maxDbs: tables.length });
    for (const name of tables) {
      const table = root.openDB({ name, encoding: "binary" });
      for (const { value } of table?.getRange() ?? []) Buffer.from(value);
    }
    process.exit(0);`;
  const args = ["--input-type=module", "-e", script, import.meta.resolve("lmdb"), folder, ...tables];
  return spawnSync(process.execPath, args, { stdio: "ignore", timeout: 60_000 }).status === 0;
}
