import { fileURLToPath } from "node:url";
import { z } from "zod";

const environment = z
  .object({
    /** Folder of the executions recorded on AWS. */
    CONFORMANCE_DIR: z
      .string()
      .default(fileURLToPath(new URL("../../../../shared/conformance", import.meta.url))),
  })
  .parse(process.env);

export const conformanceDir = environment.CONFORMANCE_DIR;
