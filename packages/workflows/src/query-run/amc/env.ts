import { stepEnvironment } from "@longhaul/kit/step";
import { z } from "zod";

const schema = z.object({
  /** The advertising API of the region that is nearest; each serves all of them. */
  AMAZON_ADS_URL: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ""))
    .default("https://advertising-api.amazon.com"),
  /** The client that is registered with Login with Amazon. */
  AMAZON_ADS_CLIENT_ID: z.string().min(1),
});
export type AmcEnvironment = z.output<typeof schema>;

/** Where AMC is, and as whom it is asked. @throws as {@link stepEnvironment} */
export function amcEnv(
  variables: Readonly<Record<string, string | undefined>> = process.env,
): AmcEnvironment {
  return stepEnvironment(schema, variables);
}
