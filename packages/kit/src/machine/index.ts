export { and, type Condition, eq, exists, gt, gte, lt, lte, ne, not, or, orElse } from "./conditions.js";
export {
  defineMachine,
  type Machine,
  type MachineOptions,
  type MachineStage,
  stateMachineName,
  stepFunctionName,
} from "./define.js";
export type { AslMachine, AslState } from "./emit.js";
export type { BaseScope, Chosen, Choice, Ended, Failure, Flow, World } from "./flow.js";
export type { GraphEdge, GraphNode, MachineGraph } from "./graph.js";
export type { Ref, Reference, Refs, Selected } from "./refs.js";
