export { machines } from "./kinds.js";
