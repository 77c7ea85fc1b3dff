export type { EventPattern, FunctionSpec, RuleSpec } from "./spec.js";
