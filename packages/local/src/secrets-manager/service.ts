import type { Account } from "../lambda/names.js";
import type { Logger } from "../log.js";
import { RecordStore } from "../store/record-store.js";
import { Cipher } from "./cipher.js";
import type { Secret } from "./records.js";
import { type RotationFunctions, Rotations } from "./rotation.js";
import { secretOperations } from "./secret-operations.js";
import { Secrets } from "./secrets.js";
import { valueOperations } from "./value-operations.js";

export interface SecretsManager {
  /** Runs an operation; undefined where there is none of that name. @throws AwsError */
  run(operation: string, input: unknown): Promise<object> | undefined;
  /** From now on secrets are rotated when it is time, beginning with what a stop has interrupted. */
  startClock(): void;
  close(): Promise<void>;
}

export interface SecretsManagerOptions extends Account {
  readonly folder: string;
  readonly functions: RotationFunctions;
  readonly logger: Logger;
  readonly retryDelaysMs?: readonly number[];
}

const tickMs = 60_000;

/** Opens Secrets Manager: secrets in a folder, sealed, which is made if it is missing. */
export function openSecretsManager(options: SecretsManagerOptions): SecretsManager {
  const { folder, functions, logger, retryDelaysMs = [200, 1000] } = options;
  const cipher = new Cipher(folder);
  const store = new RecordStore(folder, 1);
  const secrets = new Secrets(store.table<Secret>("secrets"), options, cipher, Date.now);
  const rotations = new Rotations(secrets, { functions, logger, retryDelaysMs });
  const operations = new Map(
    Object.entries({
      ...valueOperations(secrets),
      ...secretOperations(secrets),
      ...rotations.operations(),
    }),
  );
  let clock: NodeJS.Timeout | null = null;
  return {
    run: (operation, input) => operations.get(operation)?.(input),
    startClock() {
      rotations.tick();
      clock ??= setInterval(() => rotations.tick(), tickMs).unref();
    },
    async close() {
      if (clock !== null) clearInterval(clock);
      await rotations.close();
      await store.close();
    },
  };
}
