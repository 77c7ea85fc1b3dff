import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrokenPage } from "./app/fallback-pages.js";
import { createAppRouter } from "./app/router.js";
import { SessionContext, SessionStore } from "./features/session/session.js";
import { ConfigContext, loadConfig } from "./lib/config.js";
import "./styles.css";

const container = document.getElementById("root");
if (!container) throw new Error("index.html has no element with the id root.");
const root = createRoot(container);

async function start(): Promise<void> {
  try {
    const config = await loadConfig();
    const session = new SessionStore(config);
    const router = createAppRouter(session);
    root.render(
      <StrictMode>
        <ConfigContext value={config}>
          <SessionContext value={session}>
            <RouterProvider router={router} />
          </SessionContext>
        </ConfigContext>
      </StrictMode>,
    );
  } catch (error) {
    const shown = error instanceof Error ? error : new Error(String(error));
    root.render(<BrokenPage error={shown} reset={() => void start()} />);
  }
}

void start();
