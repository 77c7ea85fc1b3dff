import type { Quantity } from "./contract.js";

const round = (value: number) => Math.round(value * 100) / 100;

export const startValues = (quantities: readonly Quantity[]) => quantities.map(({ start }) => start);

export interface Action {
  readonly quantity: string;
  readonly change: number;
}

/** An action as far as it is allowed: by no more than an agent may change, and within the quantity's bounds. */
export function allowed(
  action: Action,
  quantities: readonly Quantity[],
  values: readonly number[],
): Action | null {
  const at = quantities.findIndex(({ name }) => name.toLowerCase() === action.quantity.trim().toLowerCase());
  const quantity = quantities[at];
  if (quantity === undefined || !Number.isFinite(action.change)) return null;
  const { name, min, max, mostChange } = quantity;
  const wanted = Math.min(mostChange, Math.max(-mostChange, action.change));
  const value = values[at] as number;
  return { quantity: name, change: round(Math.min(max, Math.max(min, value + wanted)) - value) };
}

/** The values after an action, and where it ends the tick after what grows by itself. */
export function after(
  quantities: readonly Quantity[],
  values: readonly number[],
  action: Action | null,
  endsTick: boolean,
): number[] {
  return quantities.map(({ name, min, max, growthPercent }, at) => {
    const changed = (values[at] as number) + (action?.quantity === name ? action.change : 0);
    const grown = endsTick ? changed * (1 + growthPercent / 100) : changed;
    return round(Math.min(max, Math.max(min, grown)));
  });
}
