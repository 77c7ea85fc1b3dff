import {
  FatalError,
  implement,
  maxArtifactBytes,
  type StepContext,
  type StepInput,
} from "@longhaul/kit/step";
import { z } from "zod";
import { Refused } from "../documents/problems.js";
import { maxCharacters, readDocument } from "../documents/read-document.js";
import { maxDocumentBytes } from "../contract.js";
import { sentencesOf } from "../language/sentences.js";
import { fewestSentences } from "../trainer/corpus.js";
import { type TrainingObjects, trainingObjects } from "../training/objects.js";
import { validateInput } from "./validate-input.js";

type Input = StepInput<typeof validateInput>;

const keptSchema = z.object({
  name: z.string(),
  kind: z.string(),
  characters: z.number(),
  key: z.string().nullable(),
  refused: z.string().nullable(),
});
/** A document as its version keeps it; `key` is where its text is. */
type Kept = z.infer<typeof keptSchema>;

const openedSchema = z.object({
  twin: z.uuid(),
  version: z.number(),
  name: z.string(),
  prefix: z.string(),
  kept: z.array(keptSchema),
});

interface Text extends Omit<Kept, "key"> {
  readonly text: string | null;
}

/** A repeat reads the same documents, and writes the same objects again. */
export async function readInput(
  input: Input,
  ctx: StepContext,
  objects: TrainingObjects = trainingObjects(),
) {
  const { name, twinId = null, keepDocuments } = input;
  const opened = openedSchema.parse(await ctx.records.call("twin_opened", { name, twin: twinId }));
  const earlier = keepDocuments ? await earlierTexts(opened.kept, objects) : [];
  const texts = [...earlier, ...(await uploaded(input, ctx, earlier))];
  const documents = await store(texts, opened.prefix, objects);
  await ctx.records.call("twin_read", { documents });
  const read = documents.filter(({ refused }) => refused === null);
  const refused = documents.length - read.length;
  for (const { name: left, refused: why } of documents) if (why !== null) ctx.log.warn(`${left}: ${why}`);
  checkEnough(texts, documents);
  const characters = read.reduce((sum, document) => sum + document.characters, 0);
  ctx.log.info(`${read.length} documents with ${characters} characters are read.`, { refused });
  ctx.progress(1, `${read.length} read`);
  const { twin, version, prefix } = opened;
  return { twinId: twin, version, name: opened.name, prefix, documents: read.length, refused, characters };
}

async function earlierTexts(kept: readonly Kept[], objects: TrainingObjects): Promise<Text[]> {
  const texts: Text[] = [];
  for (const { key, ...document } of kept) {
    const bytes = key === null ? null : await objects.get(key);
    if (bytes !== null) texts.push({ ...document, text: new TextDecoder().decode(bytes) });
  }
  return texts;
}

async function uploaded(
  { documents, text }: Input,
  ctx: StepContext,
  earlier: readonly Text[],
): Promise<Text[]> {
  const texts: Text[] = [];
  let left = maxCharacters - earlier.reduce((sum, { characters }) => sum + characters, 0);
  for (const [place, id] of documents.entries()) {
    const made = await readOne(id, ctx, Math.max(0, left));
    left -= made.characters;
    texts.push(made);
    ctx.progress((0.9 * (place + 1)) / documents.length, made.name);
  }
  const pasted = text.trim();
  if (pasted !== "") {
    texts.push({ name: "Pasted text", kind: "txt", characters: pasted.length, text: pasted, refused: null });
  }
  return texts;
}

async function readOne(id: string, ctx: StepContext, most: number): Promise<Text> {
  const file = await ctx.artifacts.read(id, { maxBytes: Math.max(maxDocumentBytes, maxArtifactBytes) });
  const name = file.name.slice(0, 200);
  const refused = (why: string): Text => ({ name, kind: "none", characters: 0, text: null, refused: why });
  if (file.size > maxDocumentBytes) return refused("It is larger than 20 MB.");
  try {
    const { kind, text } = await readDocument(name, file.bytes, { signal: ctx.signal, most });
    return { name, kind, characters: text.length, text, refused: null };
  } catch (error) {
    if (error instanceof Refused) return refused(error.message);
    throw error;
  }
}

async function store(texts: readonly Text[], prefix: string, objects: TrainingObjects): Promise<Kept[]> {
  const documents: Kept[] = [];
  const listed: { file: string; name: string }[] = [];
  for (const [place, { text, ...document }] of texts.entries()) {
    const file = `${String(place + 1).padStart(3, "0")}.txt`;
    const key = `${prefix}documents/${file}`;
    if (text !== null) {
      await objects.put(key, "text/plain; charset=utf-8", text);
      listed.push({ file, name: document.name });
    }
    documents.push({ ...document, key: text === null ? null : key });
  }
  if (listed.length > 0) {
    const manifest = JSON.stringify({ documents: listed });
    await objects.put(`${prefix}documents/documents.json`, "application/json", manifest);
  }
  return documents;
}

function checkEnough(texts: readonly Text[], documents: readonly Kept[]): void {
  const refused = documents.filter(({ refused: why }) => why !== null);
  if (refused.length === documents.length && refused.length > 0) {
    const reasons = refused.slice(0, 3).map(({ name, refused: why }) => `${name}: ${why}`);
    throw new FatalError(`No document could be read. ${reasons.join(" ")}`, { code: "DOCUMENTS_REFUSED" });
  }
  let sentences = 0;
  for (const { text } of texts) {
    sentences += text === null ? 0 : sentencesOf(text.slice(0, 20_000)).length;
    if (sentences >= fewestSentences) return;
  }
  throw new FatalError(
    `There are ${sentences} sentences in the documents: a twin needs at least ${fewestSentences} to learn from.`,
    { code: "TOO_LITTLE_TEXT" },
  );
}

export default implement(validateInput, (input, ctx) => readInput(input, ctx));
