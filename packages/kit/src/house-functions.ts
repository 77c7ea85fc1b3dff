import { z } from "zod";

/** The names of the functions that are no workflow's: machines, manifest and infrastructure call them by these. */
export const houseFunctions = {
  /** Asks a person (with a task token), or takes the decision that there is at the deadline (`expire`). */
  approvals: "longhaul-approvals",
  /** Lists what the undo of a run has to take back. */
  compensations: "longhaul-compensations",
  statusChanged: "longhaul-status-changed",
  reconciler: "longhaul-reconciler",
  retention: "longhaul-retention",
  /** Starts the run of a schedule that has fired. */
  scheduleFired: "longhaul-schedule-fired",
  /** Sends the messages of webhooks. */
  webhooks: "longhaul-webhooks",
  /** Mails invitations to organisations. */
  invitations: "longhaul-invitations",
} as const;

/** What a deployment says of EventBridge Scheduler: the group of our schedules, what they call, and as whom. */
export const schedulerPlaceSchema = z.object({
  group: z.string().regex(/^[0-9A-Za-z\-_.]{1,64}$/),
  functionArn: z.string().startsWith("arn:"),
  roleArn: z.string().startsWith("arn:"),
});
export type SchedulerPlace = z.output<typeof schedulerPlaceSchema>;

/** A variable of the environment that holds JSON; pipe it into what the JSON must be. */
export const jsonText = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue({ code: "custom", message: "must be a JSON object" });
    return z.NEVER;
  }
});
