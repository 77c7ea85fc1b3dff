import { z } from "zod";

/** Gives a secret's text by its ARN. */
export type SecretReader = (arn: string) => Promise<string | undefined>;

const variables = z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.string().min(1));

/**
 * Reads secrets that each hold environment variables as a JSON object.
 *
 * @throws Error that names the secret, never what is in it.
 */
export async function readSecrets(
  arns: readonly string[],
  read: SecretReader,
): Promise<Record<string, string>> {
  const found = await Promise.all(
    arns.map(async (arn) => {
      const text = await read(arn);
      try {
        return variables.parse(JSON.parse(text ?? ""));
      } catch {
        throw new Error(`The secret ${arn} must hold environment variables as a JSON object of texts.`);
      }
    }),
  );
  return Object.assign({}, ...found) as Record<string, string>;
}
