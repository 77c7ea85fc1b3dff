// What `npm start` runs, in a fresh clone too: install what is missing, build what has changed, then the
// local cloud, the API and the dashboard until Ctrl-C.
import { ensureInstalled } from "./install.mjs";
import { ensureBuilt } from "./build.mjs";
import { Longhaul } from "./longhaul.mjs";
import { readSettings, root } from "./settings.mjs";
import { stopOnSignals } from "./signals.mjs";
import { welcome } from "./welcome.mjs";

async function main() {
  const settings = readSettings();
  ensureInstalled();
  ensureBuilt();
  const end = (sentence) => {
    console.error(sentence);
    void stop(1);
  };
  const longhaul = new Longhaul(settings, {
    say: console.error,
    onEnd: end,
    webDir: `${root}/apps/web/dist`,
  });
  const stop = stopOnSignals(longhaul);
  try {
    const cloud = await longhaul.start();
    console.log(welcome(settings.url, settings.dataDir, cloud));
  } catch (error) {
    if (!stop.began) console.error(error.message);
    await stop(1);
  }
}

await main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
