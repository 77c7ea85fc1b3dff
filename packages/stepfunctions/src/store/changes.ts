import { keyOf, keyText, type Key } from "./keys.js";
import type { TableName } from "./store.js";
import { TABLES } from "./tables.js";

/** Where a change's text is among bytes; `at` is -1 for a row that is removed. */
export interface Placed {
  table: TableName;
  key: Key;
  at: number;
  length: number;
}

/** Bytes that are kept free before each text, for the checksum that it gets when it is moved. */
export const ROOM = "    ";

const NUMBERS = Object.fromEntries(TABLES.map((name, number) => [name, number])) as Record<TableName, number>;
const SEMICOLON = 0x3b;
const LONGEST_HEAD = 40;

/**
 * Changes as one text: of each the table's number, the bytes of its key and text (- for none), and then these. The text is
 * made while the changes come in, as one long rope: to join strings is many times cheaper than to write each as bytes.
 */
export class ChangesText {
  text = "";
  readonly placed: Placed[] = [];

  /** Adds all that a function adds, or nothing when it throws. */
  whole(work: () => void): void {
    const { text, placed } = this;
    const count = placed.length;
    try {
      work();
    } catch (error) {
      this.text = text;
      placed.length = count;
      throw error;
    }
  }

  /** @throws RangeError when the key is too long */
  put(table: TableName, key: Key, text: string): void {
    const name = keyText(key);
    this.text += `${NUMBERS[table]} ${name.length} ${text.length};${name}${ROOM}`;
    this.placed.push({ table, key, at: this.text.length, length: text.length });
    this.text += text;
  }

  /** @throws RangeError when the key is too long */
  remove(table: TableName, key: Key): void {
    const name = keyText(key);
    this.text += `${NUMBERS[table]} ${name.length} -;${name}`;
    this.placed.push({ table, key, at: -1, length: 0 });
  }

  /** The same for a text that has more bytes than characters. */
  inBytes(): ChangesText {
    const counted = new ChangesText();
    let bytes = 0;
    const add = (part: string): void => {
      counted.text += part;
      bytes += Buffer.byteLength(part, "utf8");
    };
    for (const { table, key, at, length } of this.placed) {
      const name = keyText(key);
      const start = `${NUMBERS[table]} ${Buffer.byteLength(name, "utf8")} `;
      if (at < 0) {
        add(`${start}-;${name}`);
        counted.placed.push({ table, key, at, length });
        continue;
      }
      const text = this.text.slice(at, at + length);
      const textBytes = Buffer.byteLength(text, "utf8");
      add(`${start}${textBytes};${name}${ROOM}`);
      counted.placed.push({ table, key, at: bytes, length: textBytes });
      add(text);
    }
    return counted;
  }
}

/** Finds the changes among the bytes from `at` to `end`, in order. */
export function* changesAmong(bytes: Buffer, at: number, end: number): Generator<Placed> {
  while (at < end) {
    const semicolon = bytes.indexOf(SEMICOLON, at);
    if (semicolon < 0 || semicolon - at > LONGEST_HEAD) throw new Error("a change has no head");
    const [number = "", nameBytes = "", length = ""] = bytes.toString("latin1", at, semicolon).split(" ");
    const table = TABLES[Number(number)];
    if (table === undefined) throw new Error(`there is no table ${number}`);
    const name = semicolon + 1;
    const after = name + Number(nameBytes);
    const key = keyOf(bytes.toString("utf8", name, after));
    if (length === "-") {
      yield { table, key, at: -1, length: 0 };
      at = after;
      continue;
    }
    const from = after + ROOM.length;
    at = from + Number(length);
    yield { table, key, at: from, length: Number(length) };
  }
}
