import { invalidParameter } from "./errors.js";

const maxTags = 50;

/** @throws AwsError when there are too many, or one is too long or of AWS's own */
export function checkTags(tags: Readonly<Record<string, string>>): void {
  const entries = Object.entries(tags);
  if (entries.length > maxTags) throw invalidParameter(`Too many tags: ${maxTags} is the most.`);
  for (const [key, value] of entries) {
    if (key.length < 1 || key.length > 128 || value.length > 256 || /^aws:/i.test(key))
      throw invalidParameter(`The tag ${JSON.stringify(key.slice(0, 128))} is not valid.`);
  }
}
