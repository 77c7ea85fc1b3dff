import { implement, type StepContext, type StepInput } from "@longhaul/kit/step";
import { z } from "zod";
import { personaSchema } from "../../digital-twin/result.js";
import { companySchema } from "../result.js";
import { type Order, prepare } from "./prepare.js";

type Input = StepInput<typeof prepare>;

const asked = z.object({ name: z.string(), persona: personaSchema });
const mostVariants = 3;
/** Of an organisation that has not said how it speaks. */
const unknown = { company: "", industry: "", audience: "", tone: "friendly" } as const;

/** @throws FatalError TWIN_NOT_FOUND, TWIN_NOT_ACTIVE */
export async function plan(input: Input, ctx: StepContext, now: () => Date = () => new Date()) {
  const favourites: (readonly string[])[] = [];
  for (const twin of input.twinIds) {
    const { persona } = asked.parse(await ctx.records.call("twin_model", { twin }));
    favourites.push(persona.favourites);
  }
  const company = companySchema.safeParse(await ctx.records.call("company_profile", {}));
  const orders = ordersOf(input);
  ctx.progress(1, `${orders.length} drafts to write`);
  return {
    company: company.data ?? unknown,
    interests: inTurn(favourites).slice(0, 24),
    orders,
    sendAt: (input.sendAt === undefined ? now() : new Date(input.sendAt)).toISOString(),
  };
}

/** As many drafts for each segment and channel as the budget allows, three at most. */
export function ordersOf({
  segments,
  channels,
  draftBudget,
}: Pick<Input, "segments" | "channels" | "draftBudget">): Order[] {
  const pairs = segments.flatMap(({ name, description = "" }) =>
    channels.map((channel) => ({ segment: { name, description }, channel })),
  );
  const variants = Math.min(mostVariants, Math.max(1, Math.floor(draftBudget / pairs.length)));
  return pairs.flatMap((pair) =>
    Array.from({ length: variants }, (_, place) => ({ ...pair, variant: place + 1 })),
  );
}

/** The first of each, then the second of each, and so on; each word once. */
function inTurn(lists: readonly (readonly string[])[]): string[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  const words = Array.from({ length: longest }, (_, place) => lists.flatMap((list) => list[place] ?? []));
  return [...new Set(words.flat())];
}

export default implement(prepare, (input, ctx) => plan(input, ctx));
