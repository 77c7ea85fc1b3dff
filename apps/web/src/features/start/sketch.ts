type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What a value of a JSON schema looks like, as JSON with "..." for texts: a hint for who writes it by hand. */
export function sketchOf(schema: unknown): string {
  const text = JSON.stringify(sketch(schema, 0));
  return text === "{}" ? '{ "...": "..." }' : text;
}

function sketch(schema: unknown, depth: number): unknown {
  if (!isObject(schema) || depth > 4) return "...";
  const { anyOf, enum: choices, items, properties, type } = schema;
  if (Array.isArray(choices)) return choices[0];
  if (Array.isArray(anyOf)) return sketch(anyOf[0], depth + 1);
  if (type === "array") return [sketch(items, depth + 1)];
  if (type === "object") {
    const entries = Object.entries(isObject(properties) ? properties : {});
    return Object.fromEntries(entries.map(([key, value]) => [key, sketch(value, depth + 1)]));
  }
  return type === "number" || type === "integer" ? 0 : type === "boolean" ? false : "...";
}
