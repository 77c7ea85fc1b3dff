import { useSyncExternalStore } from "react";

/**
 * A person's choice about this browser (theme, shortcuts), never data of a run. Where storage is
 * forbidden the choice lives as long as the page.
 */
export class Preference<T extends string> {
  readonly #listeners = new Set<() => void>();
  #value: T;

  constructor(
    private readonly key: string,
    private readonly choices: readonly [T, ...T[]],
  ) {
    this.#value = this.#stored() ?? choices[0];
  }

  get = (): T => this.#value;

  set(value: T): void {
    this.#value = value;
    try {
      localStorage.setItem(this.key, value);
    } catch {
      // Kept in memory.
    }
    for (const listener of this.#listeners) listener();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #stored(): T | undefined {
    try {
      const stored = localStorage.getItem(this.key);
      return this.choices.find((choice) => choice === stored);
    } catch {
      return undefined;
    }
  }
}

export function usePreference<T extends string>(preference: Preference<T>): T {
  return useSyncExternalStore(preference.subscribe, preference.get);
}
