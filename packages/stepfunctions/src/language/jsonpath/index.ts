export type { Condition } from "./condition.js";
export type { Path } from "./path.js";
export type { Payload } from "./payload.js";
export type { ReferencePath } from "./reference-path.js";
