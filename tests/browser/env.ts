import { z } from "zod";

const schema = z.object({
  /** A Chromium to drive; else the system's, else the one that comes from npm. */
  CHROMIUM_PATH: z.string().min(1).optional(),
  /** A folder for pictures of what the tests see. */
  SCREENSHOTS: z.string().min(1).optional(),
});

/** What the browser tests read from the environment. */
export function readBrowserEnvironment(): z.output<typeof schema> {
  return schema.parse(process.env);
}
