import { connectionVariables } from "@longhaul/connections";
import { databaseUrlFault } from "@longhaul/db";
import { jsonText, schedulerPlaceSchema } from "@longhaul/kit";
import { z } from "zod";

type Variables = Readonly<Record<string, string | undefined>>;

const common = z.object({
  /** Judged by {@link faultsOf}: what it must say depends on NODE_ENV. */
  DATABASE_URL: z.string(),
  /**
   * Connections of one instance. An instance with one invocation at a time has use for one; where it holds many, a
   * second takes leases while checkpoints are written on the first.
   */
  DATABASE_CONNECTIONS: z.coerce.number().int().min(1).max(20).default(1),
  AWS_LAMBDA_FUNCTION_NAME: z.string().min(1).default("longhaul"),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
});

const supabaseUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ""));

const stepSchema = common
  .extend({
    /** "<workflow>/<Step>"; an instance that hosts several steps has none. */
    LONGHAUL_STEP: z
      .string()
      .regex(/^[a-z0-9-]+\/[A-Za-z0-9]+$/, 'must look like "data-import/ProcessData"')
      .optional(),
    /** Only for steps with the permission "storage". */
    SUPABASE_URL: supabaseUrl.optional(),
    SUPABASE_SERVICE_ROLE_KEY: z.string().min(1).optional(),
    SIMULATION: z.enum(["on", "off"]).default("off"),
    /** Where nobody counts; Powertools would still spend time on what it does not write. */
    POWERTOOLS_METRICS_DISABLED: z.enum(["true", "false"]).default("false"),
    /** Given by Lambda: where traces go. */
    AWS_XRAY_DAEMON_ADDRESS: z.string().min(1).optional(),
    NODE_ENV: z.string().default("development"),
  })
  .refine(({ NODE_ENV, SIMULATION }) => NODE_ENV !== "production" || SIMULATION === "off", {
    path: ["SIMULATION"],
    message: "must be off in production",
  });
export type StepEnvironment = z.output<typeof stepSchema>;

const housekeepingSchema = common.extend({
  STATE_MACHINES: jsonText.pipe(z.record(z.string(), z.string().startsWith("arn:"))),
  /** Where schedules are; without it they do not fire. */
  SCHEDULER: jsonText.pipe(schedulerPlaceSchema).optional(),
  SIMULATION: z.enum(["on", "off"]).default("off"),
  /** Where runs of the queued lane are published; without it they are sent at once. */
  RUNS_TOPIC_ARN: z.string().startsWith("arn:").optional(),
});
const webhooksSchema = housekeepingSchema
  .extend({
    /** Lets messages go to this computer itself, for a receiver that is being written on it. */
    WEBHOOKS_TO_LOOPBACK: z.enum(["on", "off"]).default("off"),
    /** The keys that webhooks' secrets are sealed by, which are those of connections. */
    CONNECTION_KEYS_SECRET: connectionVariables.shape.CONNECTION_KEYS_SECRET,
    NODE_ENV: z.string().default("development"),
  })
  .refine(
    ({ NODE_ENV, WEBHOOKS_TO_LOOPBACK }) => NODE_ENV !== "production" || WEBHOOKS_TO_LOOPBACK === "off",
    {
      path: ["WEBHOOKS_TO_LOOPBACK"],
      message: "must be off in production",
    },
  );
export type WebhooksEnvironment = z.output<typeof webhooksSchema>;
const invitationsSchema = common.extend({
  /** The sender, as SES has verified it. */
  EMAIL_FROM: z.string().min(3),
});
export type InvitationsEnvironment = z.output<typeof invitationsSchema>;
const retentionSchema = housekeepingSchema.extend({
  SUPABASE_URL: supabaseUrl,
  SUPABASE_SERVICE_ROLE_KEY: z.string().min(1),
});
export type RetentionEnvironment = z.output<typeof retentionSchema>;
export type HousekeepingEnvironment = z.output<typeof housekeepingSchema>;

const authorizerSchema = z.object({
  /** Whose tokens are taken, as tokens themselves name it. */
  SUPABASE_URL: supabaseUrl,
  AWS_LAMBDA_FUNCTION_NAME: common.shape.AWS_LAMBDA_FUNCTION_NAME,
  LOG_LEVEL: common.shape.LOG_LEVEL,
});
export type AuthorizerEnvironment = z.output<typeof authorizerSchema>;

/** The environment of the API Gateway's authorizer. @throws Error as {@link readStepEnvironment} does. */
export function readAuthorizerEnvironment(variables: Variables = process.env): AuthorizerEnvironment {
  return parse(authorizerSchema, variables);
}

/** The environment of a step's function. @throws Error that names what is missing or wrong, without its value. */
export function readStepEnvironment(variables: Variables = process.env): StepEnvironment {
  return parse(stepSchema, variables);
}

/** The environment of the functions that are no steps. @throws Error as {@link readStepEnvironment} does. */
export function readHousekeepingEnvironment(variables: Variables = process.env): HousekeepingEnvironment {
  return parse(housekeepingSchema, variables);
}

/** The environment of what deletes runs and files. @throws Error as {@link readStepEnvironment} does. */
export function readRetentionEnvironment(variables: Variables = process.env): RetentionEnvironment {
  return parse(retentionSchema, variables);
}

/** The environment of what sends webhooks. @throws Error as {@link readStepEnvironment} does. */
export function readWebhooksEnvironment(variables: Variables = process.env): WebhooksEnvironment {
  return parse(webhooksSchema, variables);
}

/** The environment of what mails invitations. @throws Error as {@link readStepEnvironment} does. */
export function readInvitationsEnvironment(variables: Variables = process.env): InvitationsEnvironment {
  return parse(invitationsSchema, variables);
}

function parse<Schema extends z.ZodType>(schema: Schema, variables: Variables): z.output<Schema> {
  const parsed = schema.safeParse(variables);
  const faults = faultsOf(variables);
  if (parsed.success && faults.length === 0) return parsed.data;
  const lines = parsed.error?.issues.map(({ path, message }) => `${path.join(".")} ${message}`) ?? [];
  throw new Error(`The environment of the function is not complete: ${[...faults, ...lines].join("; ")}.`);
}

function faultsOf({ DATABASE_URL, NODE_ENV }: Variables): string[] {
  const production = NODE_ENV === "production";
  const fault = DATABASE_URL === undefined ? null : databaseUrlFault(DATABASE_URL, { production });
  return fault === null ? [] : [`DATABASE_URL ${fault}`];
}
