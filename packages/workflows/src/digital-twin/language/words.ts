/** Scripts that put no blanks between words: their characters go in pairs. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;
/** Marks are a part of a word: in the scripts of India they are its vowels. */
const word = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:['’][\p{L}\p{M}]+)*/gu;
/** What may as well be left out in writing: accents, and the vowel points of Hebrew and Arabic. */
const accents = /[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]/g;

/** The words of a text in their order, in small letters. */
export function wordsOf(text: string): string[] {
  const found: string[] = [];
  for (const [match] of text.normalize("NFKC").toLowerCase().matchAll(word)) {
    if (!unspaced.test(match)) found.push(match.replaceAll("’", "'"));
    else found.push(...pairsOf([...match]));
  }
  return found;
}

function pairsOf(letters: readonly string[]): string[] {
  if (letters.length === 1) return [...letters];
  return letters.slice(1).map((letter, index) => `${letters[index]}${letter}`);
}

/** Words that say little of what a text is about. */
const common = new Set(
  (
    "a about after again all also am an and any are as at be because been before being but by can could did do does " +
    "for from had has have he her here him his how i if in into is it its just me more most my no nor not of on one " +
    "or other our out over own same she should so some such than that the their them then there these they this " +
    "those through to too under up very was we were what when where which while who whom why will with would you your " +
    "tell say said says please know explain describe der die das und ist ein eine zu den von mit le la les de des du un " +
    "une et est el los las y que en es"
  ).split(" "),
);

/** A word as the index knows it: without accents, possessive and plural. */
function stem(given: string): string {
  const plain = given.normalize("NFD").replace(accents, "").normalize("NFC").replace(/'s?$/, "");
  if (plain.length > 4 && plain.endsWith("ies")) return `${plain.slice(0, -3)}y`;
  return plain.length > 3 && plain.endsWith("s") && !/(ss|us|is)$/.test(plain) ? plain.slice(0, -1) : plain;
}

/** What of a text is looked for, and found by. */
export function termsOf(text: string): string[] {
  return wordsOf(text)
    .filter((given) => !common.has(given))
    .map(stem)
    .filter((term) => term.length > 0);
}
