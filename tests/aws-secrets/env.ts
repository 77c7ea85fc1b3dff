import { z } from "zod";

const environment = z
  .object({
    /** "on" runs the contract against AWS itself, with the credentials of the environment. */
    LONGHAUL_CONTRACT_SECRETS: z.enum(["on", "off", ""]).default("off"),
    AWS_REGION: z.string().default("us-east-1"),
  })
  .parse(process.env);

/** Where the contract runs on AWS: undefined is the usual case, the stand-in. */
export const aws =
  environment.LONGHAUL_CONTRACT_SECRETS === "on" ? { region: environment.AWS_REGION } : undefined;
