import { connectionSettings, type ConnectionSettings, connectionVariables } from "@longhaul/connections";

/** How the process uses connections; null for one that does not. @throws ZodError for a URL that is none. */
export function readConnectionSettings(
  variables: Readonly<Record<string, string | undefined>> = process.env,
): ConnectionSettings | null {
  return connectionSettings(connectionVariables.parse(variables));
}
