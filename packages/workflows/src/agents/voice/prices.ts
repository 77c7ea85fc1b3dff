import type { Usage } from "../result.js";

/**
 * US dollars for a million tokens: what comes in, what goes out. On-demand prices of us-east-1 and of OpenAI's price
 * list, November 2026; whoever runs other models adds a line.
 */
const prices: Readonly<Record<string, readonly [input: number, output: number]>> = {
  "amazon.nova-micro-v1:0": [0.035, 0.14],
  "amazon.nova-lite-v1:0": [0.06, 0.24],
  "amazon.nova-pro-v1:0": [0.8, 3.2],
  "amazon.nova-premier-v1:0": [2.5, 12.5],
  "anthropic.claude-3-5-haiku-20241022-v1:0": [0.8, 4],
  "anthropic.claude-sonnet-4-20250514-v1:0": [3, 15],
  "meta.llama3-3-70b-instruct-v1:0": [0.72, 0.72],
  "gpt-4o-mini": [0.15, 0.6],
  "gpt-4o": [2.5, 10],
};

/** What a call costs; null for a model without a price. An inference profile ("us.amazon...") costs what its model does. */
export function costOf(model: string, { inputTokens, outputTokens }: Omit<Usage, "costUsd">): number | null {
  const id = model.replace(/^(us|eu|apac|global)\./, "");
  const price = Object.hasOwn(prices, id) ? prices[id] : undefined;
  if (price === undefined) return null;
  return (inputTokens * price[0] + outputTokens * price[1]) / 1e6;
}
