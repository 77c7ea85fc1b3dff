/** What is longer is no sentence but a list or a table without full stops. */
const longest = 600;

/** The sentences of a text, each on one line. */
export function sentencesOf(text: string): string[] {
  const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });
  const found: string[] = [];
  for (const paragraph of text.split(/\n\s*\n/)) {
    const line = paragraph.replace(/\s+/g, " ").trim();
    if (line === "") continue;
    for (const { segment } of segmenter.segment(line)) found.push(...cut(segment.trim()));
  }
  return joinAbbreviations(found.filter((sentence) => /[\p{L}\p{N}]/u.test(sentence)));
}

function cut(sentence: string): string[] {
  if (sentence.length <= longest) return [sentence];
  const at = sentence.lastIndexOf(" ", longest);
  const end = at > longest / 2 ? at : longest;
  return [sentence.slice(0, end), ...cut(sentence.slice(end).trim())];
}

/** "Mr." ends no sentence. */
function joinAbbreviations(sentences: readonly string[]): string[] {
  const joined: string[] = [];
  for (const sentence of sentences) {
    const last = joined.at(-1);
    const open = last !== undefined && /(?:^|[\s(])(?:Mr|Mrs|Ms|Dr|St|Prof|No|vs|e\.g|i\.e)\.$/.test(last);
    if (open && last.length + sentence.length < longest) joined[joined.length - 1] = `${last} ${sentence}`;
    else joined.push(sentence);
  }
  return joined;
}
