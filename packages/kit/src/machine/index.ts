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
export type { Flow } from "./flow.js";
export type { GraphEdge, GraphKind, GraphNode, MachineGraph } from "./graph.js";
export { listProblems, type WorkflowLists } from "./lists.js";
export { mermaidOf } from "./mermaid.js";
export type {
  ApprovalOptions,
  Catching,
  Choice,
  Chosen,
  Compensated,
  Decision,
  MapOptions,
  PollOptions,
} from "./options.js";
export type { Ref, Reference, Refs, Selected, ValueOf } from "./refs.js";
export type { UndoMachine } from "./undo.js";
export type { BaseScope, Ended, Failure, World, Yielded } from "./scopes.js";
