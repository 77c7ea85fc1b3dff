export { type LocalSupabase, startSupabase, type SupabaseOptions } from "./supabase.js";
