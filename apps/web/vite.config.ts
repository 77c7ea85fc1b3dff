import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { devEnv } from "./env.js";

const { api, port } = devEnv();

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss()],
  // Our own packages are read from their sources, so that a change in a contract is seen at once.
  resolve: { conditions: ["@longhaul/source", "module", "browser", "development|production"] },
  build: { outDir: "dist", target: "es2022", sourcemap: true },
  server: {
    port,
    host: "127.0.0.1",
    proxy: {
      "/trpc": { target: api, ws: true },
      "/config.json": { target: api },
    },
  },
});
