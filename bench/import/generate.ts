import { createWriteStream } from "node:fs";
import { once } from "node:events";

const columns = "id,created_at,customer,city,country,amount,quantity,discount,paid,note";

/** A linear congruential generator: the same seed gives the same file on every machine. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * Writes a CSV file of orders: unique ids and times, columns of few and of very many distinct values, decimals,
 * empty cells, quoted text, and one row in a thousand with a value that is no number.
 *
 * @param bytes about how large the file gets
 */
export async function generate(path: string, bytes: number, seed: number): Promise<void> {
  const next = generator(seed);
  const upTo = (n: number) => Math.floor(next() * n);
  const countries = ["DE", "FR", "US", "IN", "BR"];
  const file = createWriteStream(path);
  file.write(`${columns}\n`);
  let written = 0;
  for (let id = 1; written < bytes; ) {
    let text = "";
    for (const end = id + 1_000; id < end; id++) {
      const at = new Date(1.6e12 + upTo(1e11)).toISOString().slice(0, 19).replace("T", " ");
      const quantity = upTo(1_000) === 0 ? "many" : upTo(20);
      const discount = next() < 0.3 ? "" : next().toFixed(3);
      const note = next() < 0.1 ? 'said ""ok"", then left' : `note ${upTo(1_000)}`;
      const amount = (next() * 1_000).toFixed(2);
      const where = `City ${upTo(500).toString(36)},${countries[upTo(5)]}`;
      text += `${id},${at},customer-${upTo(200_000)},${where},${amount},${quantity},${discount},${next() < 0.5},"${note}"\n`;
    }
    written += text.length;
    if (!file.write(text)) await once(file, "drain");
  }
  file.end();
  await once(file, "close");
}
