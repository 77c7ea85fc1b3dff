export { and, type Condition, eq, exists, gt, gte, lt, lte, ne, not, or, orElse } from "./conditions.js";
export {
  defineMachine,
  type Machine,
  type MachineOptions,
  type MachineStage,
  stateMachineName,
  stepFunctionName,
} from "./define.js";
export type { AslMachine, AslState } from "./emit/asl.js";
export type { Catching, Choice, Chosen, Flow, MapOptions } from "./flow.js";
export type { GraphEdge, GraphKind, GraphNode, MachineGraph } from "./graph.js";
export type { Ref, Reference, Refs, Selected, ValueOf } from "./refs.js";
export type { BaseScope, Ended, Failure, World, Yielded } from "./scopes.js";
