export { type Condition, compileCondition } from "./condition.js";
export { compilePath, type Path } from "./path.js";
export { compilePayload, type Payload } from "./payload.js";
export { compileReferencePath, type ReferencePath } from "./reference-path.js";
