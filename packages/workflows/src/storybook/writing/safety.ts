import { RetryableError } from "@longhaul/kit/step";

/** Words that no bedtime story needs; whole words, so that "skilled" and "Dorking" pass. */
const unsafe = new RegExp(
  `\\b(${[
    "kill(s|ed|er|ers|ing)?|murder\\w*|dead|corpse|suicide|blood(y)?|gore|stab(s|bed|bing)?|strangl\\w+|tortur\\w+",
    "gun(s)?|rifle|pistol|shoot(s|ing)?|bomb(s|ed)?|weapon(s)?|terrorist\\w*|hostage",
    "sex(y|ual|ually)?|nude|naked|porn\\w*|rape[sd]?|erotic",
    "drunk|alcohol|vodka|whisk(e)?y|cocaine|heroin|drugs|cigarette(s)?",
    "damn|hell|shit\\w*|fuck\\w*|bitch\\w*|bastard|idiot|stupid|hate(s|d)?|fat-?sham\\w*|nazi\\w*",
  ].join("|")})\\b`,
  "i",
);
const outside = /(https?:\/\/|www\.|@[a-z0-9-]+\.[a-z]|\b(subscribe|click here|buy now)\b)/i;

/** The first thing in a text that does not belong into a story for small children; null when there is none. */
export const unsafePart = (text: string): string | null =>
  unsafe.exec(text)?.[0] ?? outside.exec(text)?.[0] ?? null;

/** @throws RetryableError STORY_UNSAFE: another telling may be fine. */
export function checkSafe(text: string): void {
  const found = unsafePart(text);
  if (found === null) return;
  throw new RetryableError("The model wrote a story that is not for small children, so it was thrown away.", {
    code: "STORY_UNSAFE",
    cause: `It said "${found}".`,
  });
}
