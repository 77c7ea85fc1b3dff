import { join } from "node:path";
import compression from "compression";
import express, { type Router } from "express";
import type { Capability } from "@longhaul/kit";

/** What a browser needs to know of the place it runs in. Nothing of it is secret. */
export interface PublicConfig {
  supabaseUrl: string;
  supabaseAnonKey: string;
  capabilities: Capability[];
  /** Whether those who are invited get an e-mail. */
  mailsInvitations: boolean;
}

const aYear = 31_536_000;

/** `/config.json`, and the built dashboard where there is one: every page address answers with index.html. */
export function dashboard(config: PublicConfig, webDir: string | undefined): Router {
  const router = express.Router();
  router.get("/config.json", (_request, response) => {
    response.set("cache-control", "no-store").json(config);
  });
  if (webDir === undefined) return router;
  // Files alone: what the API answers may hold secrets beside what a person wrote, and watchers wait for each part of a stream.
  router.use(compression());
  // Vite puts a hash of the content into the names under assets/.
  const hashed = { immutable: true, maxAge: aYear * 1000, index: false, fallthrough: false };
  router.use("/assets", express.static(join(webDir, "assets"), hashed));
  router.use(express.static(webDir, { index: false, maxAge: 0 }));
  router.get(/.*/, (request, response, next) => {
    if (!request.accepts("html") || /\.[a-z0-9]+$/i.test(request.path)) return next();
    response.set("cache-control", "no-cache").sendFile(join(webDir, "index.html"), (error) => {
      if (error) next(error);
    });
  });
  return router;
}
