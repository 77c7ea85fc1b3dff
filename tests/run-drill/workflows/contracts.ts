export { contracts } from "./kinds.js";
