import { dirname } from "node:path";
import { createRequire } from "node:module";
import express, { type Router } from "express";
import type { OpenApiDocument } from "./document.js";

/** Swagger UI's files as its package brings them: nothing comes from another host. */
const require = createRequire(import.meta.url);
const assets = dirname(require.resolve("swagger-ui-dist/package.json"));
const files = ["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"];

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>HTTP API · Longhaul</title>
    <link rel="stylesheet" href="/api/docs/swagger-ui.css">
    <link rel="stylesheet" href="/api/docs/page.css">
    <link rel="icon" type="image/png" href="/api/docs/favicon-32x32.png">
    <script src="/api/docs/swagger-ui-bundle.js" defer></script>
    <script src="/api/docs/page.js" defer></script>
  </head>
  <body>
    <div id="reference"><p class="before">Reading the reference...</p></div>
    <noscript>The reference is drawn by a script. The document itself is at /api/openapi.json.</noscript>
  </body>
</html>
`;

/** Draws the document in the colours that the reader's system is set to, and again when these change. */
const script = `const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
follow();
dark.addEventListener("change", follow);
SwaggerUIBundle({
  url: "/api/openapi.json",
  domNode: document.getElementById("reference"),
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  docExpansion: "list",
  filter: true,
  persistAuthorization: false,
  tryItOutEnabled: false,
  validatorUrl: null,
});
`;

const style = `html { color-scheme: light dark; background: #fff; }
html.dark-mode { background: #1c2022; }
body { margin: 0; }
.before { font: 16px system-ui, sans-serif; padding: 2rem; }
.swagger-ui .info { margin: 1.5rem 0; }
.swagger-ui .info hgroup.main a { display: none; }
.swagger-ui .scheme-container .schemes > label, .swagger-ui .servers-title { display: none; }
.swagger-ui .scheme-container .servers { display: none; }
@media (max-width: 640px) {
  .swagger-ui .wrapper { padding: 0 0.75rem; }
  .swagger-ui .opblock-tag { flex-wrap: wrap; }
  .swagger-ui .opblock-body, .swagger-ui .table-container, .swagger-ui .responses-wrapper { overflow-x: auto; max-width: 100%; }
  .swagger-ui .parameters-col_description input, .swagger-ui .parameters-col_description select { width: 100%; min-width: 0; }
  .swagger-ui .opblock .opblock-summary-path { max-width: 100%; }
  .swagger-ui .opblock .opblock-summary-description { flex-basis: 100%; }
  .swagger-ui .opblock .opblock-summary { flex-wrap: wrap; }
}
`;

/** /api/openapi.json, and /api/docs, which draws it. Both are for everybody: they hold nothing of anybody's. */
export function referencePage(document: OpenApiDocument): Router {
  const router = express.Router();
  const json = JSON.stringify(document);
  router.get("/api/openapi.json", (_request, response) => {
    response.set("cache-control", "no-cache").type("application/json").send(json);
  });
  const text = (path: string, type: string, body: string) =>
    router.get(path, (_request, response) => {
      response.set("cache-control", "no-cache").type(type).send(body);
    });
  text("/api/docs", "html", page);
  text("/api/docs/page.js", "text/javascript", script);
  text("/api/docs/page.css", "text/css", style);
  for (const file of files) {
    router.get(`/api/docs/${file}`, (_request, response) =>
      response.sendFile(file, { root: assets, maxAge: 3_600_000 }),
    );
  }
  return router;
}
