/** npm passes on the signal that the terminal has already sent to the whole group: that is no second one. */
const echoMs = 1_000;

/**
 * Stops `longhaul` at the first Ctrl-C or SIGTERM and kills it at the second. The function that comes back
 * does the first by hand: `stop(code)` ends this process with that code; `stop.began` tells whether it has.
 */
export function stopOnSignals(longhaul, alsoStop = () => {}) {
  let first = null;
  const stop = async (code) => {
    if (stop.began) return;
    stop.began = true;
    first = performance.now();
    alsoStop();
    await longhaul.stop();
    process.exit(code);
  };
  stop.began = false;
  const onSignal = () => {
    if (first === null) {
      console.log("\nStopping ... (Ctrl-C again to stop at once)");
      void stop(0);
    } else if (performance.now() - first > echoMs) {
      longhaul.kill();
      process.exit(1);
    }
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, onSignal);
  return stop;
}
