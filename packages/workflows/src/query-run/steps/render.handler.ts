import { FatalError, implement, type StepContext, type StepInput, type StepOutput } from "@longhaul/kit/step";
import { z } from "zod";
import { singleLine } from "../amc/single-line.js";
import { maxLineLength, targetSchema } from "../result.js";
import { type Parameters, parametersSchema, renderTemplate } from "../template.js";
import { render } from "./render.js";

const instanceSchema = targetSchema.extend({ name: z.string() });

/** @throws FatalError QUERY_NOT_BOUND with the place of what cannot be bound; INSTANCE_NOT_FOUND. */
export async function renderQuery(
  { instanceId, sql, parameterSchema, parameters = {} }: StepInput<typeof render>,
  ctx: StepContext,
): Promise<StepOutput<typeof render>> {
  const rendered = renderTemplate(sql, declared(parameterSchema), parameters);
  if (!rendered.ok) {
    const said = rendered.problems
      .slice(0, 5)
      .map(({ message, place }) =>
        place ? `${message} (line ${place.line}, column ${place.column})` : message,
      );
    throw new FatalError(`The query cannot be run: ${said.join(" ")}`, { code: "QUERY_NOT_BOUND" });
  }
  const line = singleLine(rendered.sql);
  if (line.length > maxLineLength) {
    const most = maxLineLength.toLocaleString("en");
    const sentence = `The query cannot be run: with its values it has more than ${most} characters.`;
    throw new FatalError(sentence, { code: "QUERY_NOT_BOUND" });
  }
  const found = await ctx.records.call("amc_instance", { instance: instanceId });
  const { name: instanceName, ...target } = instanceSchema.parse(found);
  ctx.log.info("The query is rendered.", { instance: instanceName, characters: line.length });
  return { sql: line, instanceName, ...target };
}

function declared(given: unknown): Parameters {
  if (given === undefined || given === null) return [];
  const parsed = parametersSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const sentence = `The query's parameters are not declared as they should be: ${issue?.path.join(".")} ${issue?.message}`;
  throw new FatalError(sentence, { code: "QUERY_NOT_BOUND" });
}

export default implement(render, renderQuery);
