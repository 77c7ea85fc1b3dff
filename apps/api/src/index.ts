export type { AppRouter } from "./router.js";
export { callerFactory } from "./router.js";
