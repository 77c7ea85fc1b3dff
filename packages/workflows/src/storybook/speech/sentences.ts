/** A page as its sentences, speech marks left with the sentence that they close. */
export function sentencesOf(text: string): string[] {
  const parts = text
    .replaceAll(/\s+/g, " ")
    .trim()
    .match(/[^.!?…]+(?:[.!?…]+["”’')]*|$)\s*/gu) ?? [text];
  const sentences: string[] = [];
  for (const part of parts.map((one) => one.trim()).filter(Boolean)) {
    const last = sentences.at(-1);
    // “Is it?” asked the snail: a small letter goes on with the sentence; so does a very short one.
    if (last !== undefined && (/^[\p{Ll},;]/u.test(part) || last.length < 12))
      sentences[sentences.length - 1] = `${last} ${part}`;
    else sentences.push(part);
  }
  return sentences;
}
