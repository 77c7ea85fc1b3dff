// Says so when the page's own code is slow to come, or does not come at all. A script for itself, which needs nothing of that code;
// what is in #boot goes away with the first thing that the code draws.
(() => {
  const slowMs = 1500;
  const boot = () => document.getElementById("boot");

  setTimeout(() => boot()?.removeAttribute("hidden"), slowMs);

  window.addEventListener(
    "error",
    ({ target }) => {
      const place = boot();
      if (!place || !(target instanceof window.HTMLScriptElement)) return;
      const alert = document.createElement("div");
      alert.setAttribute("role", "alert");
      const title = document.createElement("h1");
      title.textContent = "Longhaul could not be loaded";
      const help = document.createElement("p");
      help.textContent = "Check your connection, then try again.";
      alert.append(title, help);
      const again = document.createElement("button");
      again.type = "button";
      again.textContent = "Try again";
      again.addEventListener("click", () => window.location.reload());
      place.replaceChildren(alert, again);
      place.hidden = false;
    },
    // Such an event does not bubble.
    true,
  );
})();
