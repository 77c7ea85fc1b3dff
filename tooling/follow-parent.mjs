// Preloaded into processes that must not outlive the one that started them, even when that is killed: its
// end closes the channel, and the process stops as it does on SIGTERM.
if (process.channel) {
  process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
  process.channel.unref();
}
