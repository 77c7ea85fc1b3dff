import { fileURLToPath } from "node:url";

/** The folder of the migrations, in the layout of the Supabase CLI. */
export const migrationsFolder = fileURLToPath(new URL("../supabase/migrations", import.meta.url));

/** The Supabase CLI's configuration of the project. */
export const configFile = fileURLToPath(new URL("../supabase/config.toml", import.meta.url));
