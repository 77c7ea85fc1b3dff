/** The name of the Java class that holds a JSON value on AWS, for messages. */
export function javaClass(value: unknown): string {
  switch (typeof value) {
    case "string":
      return "java.lang.String";
    case "boolean":
      return "java.lang.Boolean";
    case "number":
      return Number.isInteger(value) ? integerClass(value) : "java.lang.Double";
    default:
      if (value === null) return "null";
      return Array.isArray(value) ? "java.util.ArrayList" : "java.util.LinkedHashMap";
  }
}

function integerClass(value: number): string {
  if (Math.abs(value) < 2 ** 31) return "java.lang.Integer";
  return Math.abs(value) < 2 ** 63 ? "java.lang.Long" : "java.math.BigInteger";
}

/** A JSON value as Java's toString() gives it, which is what States.Format writes: {a=1, b=[x, null]}. */
export function javaText(value: unknown): string {
  if (typeof value === "number") return javaNumber(value);
  if (Array.isArray(value)) return `[${value.map(javaText).join(", ")}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value)
      .map(([key, member]) => `${key}=${javaText(member)}`)
      .join(", ")}}`;
  return String(value);
}

/** A number as Java writes it: integers plainly, the others as Double.toString does. */
function javaNumber(value: number): string {
  if (Number.isInteger(value)) return value < 1e21 ? BigInt(value).toString() : String(value);
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) return String(value);
  const [digits = "", exponent = ""] = value.toExponential().split("e");
  return `${digits.includes(".") ? digits : `${digits}.0`}E${Number(exponent)}`;
}
