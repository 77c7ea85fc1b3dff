import { z } from "zod";
import { StartError } from "./postgres/start-error.js";

type Variables = Readonly<Record<string, string | undefined>>;

const port = (otherwise: number) => z.coerce.number().int().min(0).max(65_535).default(otherwise);

const schema = z
  .object({
    LONGHAUL_DATA_DIR: z.string().min(1).default(".longhaul"),
    LONGHAUL_AWS_PORT: port(4566),
    LONGHAUL_ADS_PORT: port(4580),
    /** How many rows the largest of the advertising tables gets when they are made. */
    LONGHAUL_ADS_IMPRESSIONS: z.coerce.number().int().min(1_000).max(50_000_000).default(2_000_000),
    LONGHAUL_SUPABASE_PORT: port(54_321),
    LONGHAUL_DATABASE_PORT: port(54_322),
    /** A Postgres to use in place of the embedded one. */
    DATABASE_URL: z.string().optional(),
    SIMULATION: z.enum(["on", "off"]).default("off"),
    NODE_ENV: z.string().default("development"),
  })
  .refine(({ NODE_ENV, SIMULATION }) => NODE_ENV !== "production" || SIMULATION === "off", {
    path: ["SIMULATION"],
    message: "must be off in production",
  });

/** @throws StartError with a sentence that names each variable that is wrong. */
export function readEnvironment(variables: Variables = process.env): z.output<typeof schema> {
  const parsed = schema.safeParse(variables);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new StartError(`The environment of the local cloud is wrong: ${lines.join("; ")}.`);
}

/** What a program needs to find its way on this machine, and no more than that. */
export function machineEnvironment(variables: Variables = process.env): Record<string, string> {
  const names = ["PATH", "HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "FFMPEG_PATH"];
  return Object.fromEntries(names.flatMap((name) => (variables[name] ? [[name, variables[name]]] : [])));
}

const programs = z.object({
  LONGHAUL_POSTGRES_BIN: z.string().optional(),
});

/** The folder of the Postgres to start in place of the package's, where a person has named one. */
export function postgresPrograms(variables: Variables = process.env): string | undefined {
  return programs.parse(variables).LONGHAUL_POSTGRES_BIN || undefined;
}

/** Which models a person has named for steps that use some; without any, those work offline. */
export function modelEnvironment(variables: Variables = process.env): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) =>
      /^AI_[A-Z_]+$/.test(name) && value ? [[name, value]] : [],
    ),
  );
}
