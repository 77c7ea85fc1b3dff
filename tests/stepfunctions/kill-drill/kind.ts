/** Of one execution: how it must have ended. `output` is compared as JSON. */
export interface Expected {
  status: "SUCCEEDED" | "FAILED" | "ABORTED";
  output?: unknown;
  error?: string;
  /** How many events of a type its history must have. */
  events?: Record<string, number>;
}

/** ARNs that definitions refer to. */
export interface Names {
  activityArn: string;
  innerArn: string;
}

/** A state machine of the drill. */
export interface Kind {
  name: string;
  definition: (names: Names) => object;
  input: (n: number) => object;
  /** Undefined where the drill's own answers decide: see `answered`. */
  expected?: (n: number) => Expected;
  /** By whose answers it goes on, if by any. */
  answered?: "token" | "failure" | "activity" | "stop";
  /** Child executions of its distributed map. */
  children?: (n: number) => number;
}
