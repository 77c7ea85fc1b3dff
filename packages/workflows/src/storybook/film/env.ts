import { stepEnvironment } from "@longhaul/kit/step";
import { z } from "zod";

const schema = z.object({
  /** An ffmpeg to use in place of the one that comes from npm; it needs libx264 and AAC. */
  FFMPEG_PATH: z.string().min(1).optional(),
  PATH: z.string().default(""),
});

/** Where programs are, as the environment says. */
export function filmEnv(): z.output<typeof schema> {
  return stepEnvironment(schema, process.env);
}
