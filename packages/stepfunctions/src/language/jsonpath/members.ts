/** Sets a member of an object under any name: assignment to "__proto__" would change the prototype. */
export function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__")
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  else object[key] = value;
}

/** A copy to which members are going to be added: Object.assign is ten times as fast as a spread then, but sets "__proto__". */
export function copyOf(object: Record<string, unknown>): Record<string, unknown> {
  return Object.hasOwn(object, "__proto__") ? { ...object } : Object.assign({}, object);
}
