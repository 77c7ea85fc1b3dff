import { once } from "node:events";
import type { Server } from "node:net";
import { StartError } from "./postgres/start-error.js";

/** Where a server of the cloud listens: 0 takes any free port. */
interface Place {
  readonly port: number;
  readonly host: string;
  /** What it is to a person, and the variable with which they choose its port. */
  readonly what: string;
  readonly variable: string;
}

/**
 * Listens.
 *
 * @throws StartError that says which variable chooses another port
 */
export async function listen(server: Server, { port, host, what, variable }: Place): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new StartError(
      code === "EADDRINUSE"
        ? `Port ${port} is taken by another program: stop that one, or choose another port for ${what} with ${variable}.`
        : `Port ${port} for ${what} cannot be used (${message}): choose another with ${variable}.`,
      { cause: error },
    );
  }
}
