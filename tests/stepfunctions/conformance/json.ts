/** JSON as Python writes it: a space after each comma and colon, numbers and strings as they were written. */
export function pythonText(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|[^"\s,:]+|[\s,:]/g, (token) => {
    if (token === "," || token === ":") return `${token} `;
    return /^\s$/.test(token) ? "" : token;
  });
}

/** What a recorded output is as a value: an object as it stands, a string as the JSON that it holds. */
export function recordedValue(output: unknown): unknown {
  if (typeof output !== "string") return output;
  try {
    return JSON.parse(output) as unknown;
  } catch {
    return output;
  }
}

/** The text of a recorded output or cause. */
export function recordedText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
