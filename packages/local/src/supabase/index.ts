export { startSupabase } from "./supabase.js";
