export { type ContractTarget, contractTarget, onRealProject } from "./contract.js";
export { createTestDatabase, type TestDatabase } from "./database.js";
export { startTestSupabase, type TestSupabase, type TestUser } from "./supabase.js";
