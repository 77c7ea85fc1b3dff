import { connectionVariables } from "@longhaul/connections";
import { databaseUrlFault } from "@longhaul/db";
import { jsonText, schedulerPlaceSchema } from "@longhaul/kit";
import { z } from "zod";

const url = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ""));

const environmentSchema = z
  .object({
    /** Judged by {@link faultsOf}: what it must say depends on NODE_ENV. */
    DATABASE_URL: z.string(),
    /** Connections that the process holds at most: a pooler in session mode gives each of them one of its own. */
    DATABASE_CONNECTIONS: z.coerce.number().int().min(1).max(100).default(10),
    SUPABASE_URL: url,
    /** Where browsers reach Supabase, when it is not where this process does. */
    PUBLIC_SUPABASE_URL: url.optional(),
    SUPABASE_ANON_KEY: z.string().min(1),
    SUPABASE_SERVICE_ROLE_KEY: z.string().min(1),
    AWS_REGION: z.string().min(1),
    /** ARNs by workflow name. */
    STATE_MACHINES: jsonText.pipe(z.record(z.string(), z.string().startsWith("arn:"))),
    /** Where schedules are; without it they are kept and do not fire. */
    SCHEDULER: jsonText.pipe(schedulerPlaceSchema).optional(),
    /** Where runs of the queued lane go; without it they are sent as those of the direct lane are. */
    RUNS_TOPIC_ARN: z.string().startsWith("arn:").optional(),
    ...connectionVariables.shape,
    /** Lets webhooks go to this computer itself, for a receiver that is being written on it. */
    WEBHOOKS_TO_LOOPBACK: z.enum(["on", "off"]).default("off"),
    /** The dashboard as people reach it, to which invitations lead. With it they are mailed. */
    DASHBOARD_URL: url.optional(),
    SIMULATION: z.enum(["on", "off"]).default("off"),
    NODE_ENV: z.string().default("development"),
    PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
    HOST: z.string().default("127.0.0.1"),
    /** The folder of the built dashboard; nothing is served when it is not set. */
    WEB_DIR: z.string().min(1).optional(),
    LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
    /**
     * Requests a minute that one person may send to the paths under /api: as many to ask and as many again to change
     * something. Calls of the dashboard are counted apart, and may be ten times as many; so may the live views that are opened.
     */
    HTTP_REQUESTS_PER_MINUTE: z.coerce.number().int().min(1).max(1_000_000).default(600),
    /** Other origins that may open live connections, separated by commas. The API's own always may. */
    ALLOWED_ORIGINS: z
      .string()
      .default("")
      .transform((text) => text.split(",").flatMap((origin) => origin.trim() || [])),
  })
  .refine(({ NODE_ENV, SIMULATION }) => NODE_ENV !== "production" || SIMULATION === "off", {
    path: ["SIMULATION"],
    message: "must be off in production",
  })
  .refine(
    ({ NODE_ENV, WEBHOOKS_TO_LOOPBACK }) => NODE_ENV !== "production" || WEBHOOKS_TO_LOOPBACK === "off",
    {
      path: ["WEBHOOKS_TO_LOOPBACK"],
      message: "must be off in production",
    },
  );

type Variables = Readonly<Record<string, string | undefined>>;

export type Environment = z.output<typeof environmentSchema>;

/** @throws Error that names each variable that is missing or wrong, without its value. */
export function readEnvironment(variables: Variables = process.env): Environment {
  const parsed = environmentSchema.safeParse(variables, {
    error: ({ input }) => (input === undefined ? "is not set" : undefined),
  });
  const faults = faultsOf(variables);
  if (parsed.success && faults.length === 0) return parsed.data;
  const lines = parsed.error?.issues.map(({ path, message }) => `  ${path.join(".")}: ${message}`) ?? [];
  throw new Error(`The environment of the API is not complete:\n${[...faults, ...lines].join("\n")}`);
}

function faultsOf({ DATABASE_URL, NODE_ENV }: Variables): string[] {
  const production = NODE_ENV === "production";
  const fault = DATABASE_URL === undefined ? null : databaseUrlFault(DATABASE_URL, { production });
  return fault === null ? [] : [`  DATABASE_URL: ${fault}`];
}
