export { postgresPrograms } from "../env.js";
export { bootstrap, setRolePasswords } from "./bootstrap.js";
export { migrate } from "./migrate.js";
export {
  type LocalPostgres,
  type LoginRole,
  loginRoles,
  type PostgresOptions,
  startPostgres,
} from "./postgres.js";
export { oldestMajor } from "./runtime.js";
export { StartError } from "./start-error.js";
