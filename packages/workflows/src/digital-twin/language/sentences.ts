/** What is longer is no sentence but a list or a table without full stops. */
const longest = 600;

/** The sentences of a text, each on one line. */
export function sentencesOf(text: string): string[] {
  const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });
  const found: string[] = [];
  for (const paragraph of text.split(/\n\s*\n/)) {
    const line = paragraph.replace(/\s+/g, " ").trim();
    if (line === "") continue;
    for (const { segment } of segmenter.segment(line))
      for (const piece of cut(segment.trim())) found.push(piece);
  }
  return joinAbbreviations(found.filter((sentence) => /[\p{L}\p{N}]/u.test(sentence)));
}

/** Not by itself: a log of megabytes without a full stop is cut ten thousand times. */
function cut(sentence: string): string[] {
  const pieces: string[] = [];
  let rest = sentence;
  while (rest.length > longest) {
    const at = rest.lastIndexOf(" ", longest);
    const isHalf = /[\ud800-\udbff]/.test(rest.charAt(longest - 1));
    const end = at > longest / 2 ? at : isHalf ? longest - 1 : longest;
    pieces.push(rest.slice(0, end));
    rest = rest.slice(end).trim();
  }
  return [...pieces, rest];
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
