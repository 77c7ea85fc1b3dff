import { z } from "zod";
import type { Role } from "../../run.js";
import { Condition } from "../conditions.js";
import { type Block, variableOf } from "../draft.js";
import { jsonata, variable } from "../expression.js";
import { type ApprovalNode, type ChoiceNode, Edge, type ExpireNode } from "../nodes.js";
import type { Constant } from "../refs.js";
import { selected } from "./references.js";

export interface ApprovalSpec {
  readonly title: unknown;
  readonly form: z.ZodObject;
  readonly select: unknown;
  readonly role?: Role | undefined;
  readonly stage: string;
  readonly deadlineSeconds: unknown;
  readonly onDeadline: { readonly decide: unknown } | ((flow: never) => unknown);
}

/** What comes with each decision. */
const answered = {
  decidedBy: z.object({ id: z.string().max(40), name: z.string().max(200) }).nullable(),
  decidedAt: z.iso.datetime(),
  byDefault: z.boolean(),
};

/** A year, as long as an execution may take. */
const longestSeconds = 31_536_000;

/**
 * Adds a task that asks a person and waits for the answer. At the deadline a second one asks what was
 * decided at the last moment, else the default is taken, or the way of its own.
 */
export function addApproval(
  block: Block,
  open: readonly Edge[],
  name: string,
  spec: ApprovalSpec,
): { node: ApprovalNode; expire: ExpireNode; decided: Edge[]; late: Edge | null } {
  const { deadlineSeconds, form, onDeadline, role = "operator", stage } = spec;
  if (typeof deadlineSeconds === "number" && !(deadlineSeconds >= 1 && deadlineSeconds <= longestSeconds)) {
    block.refuse(
      `the deadline of "${name}" must be from 1 second to a year, not ${deadlineSeconds} seconds.`,
    );
  }
  const own = variableOf(name);
  const expired = `${name}Deadline`;
  const next = new Edge(name, "next", { assigns: [{ variable: own, value: jsonata`$states.result` }] });
  const node = block.add<ApprovalNode>(open, {
    kind: "approval",
    name,
    stage,
    role,
    form,
    title: selected(block, spec.title, `title of "${name}"`),
    details: selected(block, spec.select, `details of "${name}"`),
    deadlineSeconds: selected(block, deadlineSeconds, `deadline of "${name}"`),
    byDefault: typeof onDeadline === "function" ? null : defaultOf(block, name, form, onDeadline.decide),
    next,
    late: new Edge(name, "catch", { label: "deadline has passed" }),
    caught: null,
  });
  block.draft.nameVariable(own, name, block);
  block.draft.schemas.set(own, z.object({ decision: form, ...answered }));
  const told = new Edge(expired, "next", {
    assigns: [{ variable: own, value: jsonata`$states.result.Payload` }],
  });
  const expire = block.add<ExpireNode>([node.late], {
    kind: "expire",
    name: expired,
    part: name,
    approval: node,
    next: told,
    caught: null,
  });
  if (typeof onDeadline !== "function") return { node, expire, decided: [next, told], late: null };

  const check = `${name}Decided`;
  const decided = new Edge(check, "next");
  const late = new Edge(check, "otherwise", { label: "nobody has decided" });
  block.add<ChoiceNode>([told], {
    kind: "choice",
    name: check,
    part: name,
    rules: [{ condition: new Condition(jsonata`${variable(own)}.decision != null`), edge: decided }],
    otherwise: late,
  });
  return { node, expire, decided: [next, decided], late };
}

function defaultOf(block: Block, name: string, form: z.ZodObject, value: unknown): Constant {
  const parsed = form.safeParse(value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    block.refuse(`what "${name}" decides at its deadline does not fit its form (${problems.join("; ")}).`);
  }
  return JSON.parse(JSON.stringify(parsed.data)) as Constant;
}
