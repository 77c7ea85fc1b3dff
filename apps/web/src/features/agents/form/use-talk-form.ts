import { type Agent, contracts, type Format, type Quantity } from "@longhaul/workflows/contracts";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { z } from "zod/mini";
import { toProblem } from "../../../lib/errors.js";
import { focusFirstWrong } from "../../../lib/focus-wrong.js";
import { trpc } from "../../../lib/trpc.js";
import { useDraft } from "../../drafts/use-draft.js";
import { createKeys, startRun } from "../../start/start-run.js";
import { type Preset, presets } from "../presets.js";

export type Priority = "normal" | "high";
type AgentRow = Agent & { readonly key: number };

/** What is being written, as text where it is text. */
export interface TalkDraft {
  readonly format: Format;
  readonly topic: string;
  readonly rounds: string;
  readonly agents: readonly AgentRow[];
  readonly quantity: Readonly<Record<keyof Quantity, string>>;
  readonly priority: Priority;
}

export type Errors = Readonly<Record<string, string>>;

let keys = 0;
const row = (agent: Agent): AgentRow => {
  keys += 1;
  return { ...agent, key: keys };
};
const nobody: Agent = { name: "", role: "", position: "" };
const someQuantity: Quantity = {
  name: "Stock",
  start: 100,
  min: 0,
  max: 100,
  growthPercent: 5,
  mostChange: 10,
};

function draftOf({ format, topic, rounds, agents, quantities }: Preset): TalkDraft {
  const { name, start, min, max, growthPercent, mostChange } = quantities?.[0] ?? someQuantity;
  const text = (value: number) => String(value);
  return {
    ...{ format, topic, rounds: text(rounds), agents: agents.map(row), priority: "normal" },
    quantity: {
      ...{ name, start: text(start), min: text(min), max: text(max) },
      ...{ growthPercent: text(growthPercent), mostChange: text(mostChange) },
    },
  };
}

/** What was written before: its rows get keys as new ones do. */
const agentSchema = z.object({ name: z.string(), role: z.string(), position: z.string() });
const draftSchema = z.object({
  format: z.enum(["panel", "discussion", "simulation"]),
  topic: z.string(),
  rounds: z.string(),
  agents: z.array(z.pipe(agentSchema, z.transform(row))),
  quantity: z.object({
    name: z.string(),
    start: z.string(),
    min: z.string(),
    max: z.string(),
    growthPercent: z.string(),
    mostChange: z.string(),
  }),
  priority: z.enum(["normal", "high"]),
});

/** The input that a draft comes to. */
export function inputOf({ format, topic, rounds, agents, quantity }: TalkDraft) {
  const { name, ...numbers } = quantity;
  const read = Object.fromEntries(Object.entries(numbers).map(([key, text]) => [key, numberOf(text)]));
  return {
    topic,
    rounds: numberOf(rounds),
    agents: agents.map(({ key: _, ...agent }) => agent),
    ...(format === "simulation" && { quantities: [{ name, ...read }] }),
  };
}

function numberOf(text: string): number | undefined {
  return text.trim() === "" ? undefined : Number(text);
}

/** The first thing that is wrong with each field, by its path, e.g. "agents.1.name". */
export function errorsOf(format: Format, input: unknown): Errors {
  const parsed = contracts[format].input.safeParse(input);
  const issues = parsed.error?.issues ?? [];
  return Object.fromEntries(issues.toReversed().map(({ path, message }) => [path.join("."), message]));
}

/** The state of the form for a talk, and its start. */
export function useTalkForm() {
  const [draft, setDraft, kept] = useDraft<TalkDraft>({
    form: "talk",
    schema: draftSchema,
    begin: () => draftOf(presets[0] as Preset),
  });
  const [errors, setErrors] = useState<Errors>({});
  const [problem, setProblem] = useState<string | null>(null);
  const [pending, setPending] = useState(false);
  const [keyOf] = useState(createKeys);
  const utils = trpc.useUtils();
  const navigate = useNavigate();

  function change(part: Partial<TalkDraft>): void {
    setDraft((all) => ({ ...all, ...part }));
    setErrors({});
    setProblem(null);
  }

  function refuse(found: Errors, sentence: string | null): void {
    setErrors(found);
    setProblem(sentence);
    setPending(false);
    focusFirstWrong();
  }

  async function submit(): Promise<void> {
    const input = inputOf(draft);
    const found = errorsOf(draft.format, input);
    if (Object.keys(found).length > 0) return refuse(found, found["agents"] ?? found["quantities"] ?? null);
    setPending(true);
    const { format, priority } = draft;
    try {
      const order = { input, priority };
      const { runId } = await startRun(utils.client, format, {
        ...order,
        idempotencyKey: keyOf({ format, ...order }),
      });
      kept.forget();
      await navigate({ to: "/runs/$runId/result", params: { runId } });
    } catch (error) {
      refuse({}, toProblem(error).message);
    }
  }

  return {
    ...{ draft, kept, errors, problem, pending, change },
    load: (preset: Preset) => change(draftOf(preset)),
    setAgent: (key: number, part: Partial<Agent>) =>
      change({ agents: draft.agents.map((one) => (one.key === key ? { ...one, ...part } : one)) }),
    addAgent: () => change({ agents: [...draft.agents, row(nobody)] }),
    removeAgent: (key: number) => change({ agents: draft.agents.filter((one) => one.key !== key) }),
    onSubmit: (event: FormEvent) => {
      event.preventDefault();
      if (!pending) void submit();
    },
  };
}

export type TalkForm = ReturnType<typeof useTalkForm>;
