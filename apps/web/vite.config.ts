import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, loadEnv } from "vite";
import { z } from "zod";

const envSchema = z.object({
  /** The port of the running API, to which the development server passes what it does not serve itself. */
  LONGHAUL_PORT: z.coerce.number().int().min(1).max(65_535).default(3000),
  /** The development server's own port. */
  LONGHAUL_WEB_PORT: z.coerce.number().int().min(0).max(65_535).default(5173),
});

export default defineConfig(({ mode }) => {
  const root = import.meta.dirname;
  const env = envSchema.parse(loadEnv(mode, `${root}/../..`, "LONGHAUL_"));
  const api = `http://127.0.0.1:${env.LONGHAUL_PORT}`;
  return {
    root,
    plugins: [react(), tailwindcss()],
    // Our own packages are read from their sources, so that a change in a contract is seen at once.
    resolve: { conditions: ["@longhaul/source", "module", "browser", "development|production"] },
    build: { outDir: "dist", target: "es2022", sourcemap: true },
    server: {
      port: env.LONGHAUL_WEB_PORT,
      host: "127.0.0.1",
      proxy: {
        "/trpc": { target: api, ws: true },
        "/config.json": { target: api },
      },
    },
  };
});
