import { useNavigate, useRouterState } from "@tanstack/react-router";
import { type RefObject, useEffect, useRef, useState } from "react";
import { Checkbox } from "../../components/ui/input.js";
import { Dialog } from "../../components/ui/dialog.js";
import { Preference, usePreference } from "../../lib/preference.js";
import { parseRunSearch, type RunSearch } from "../runs/run-search.js";
import { focusSearch, isDraft, isRefused, isTyping, moveRow } from "./focus.js";

const keys = [
  ["/", "Search the runs"],
  ["j and k", "Next and previous row"],
  ["Enter", "Open the row"],
  ["Esc", "Go back"],
  ["?", "This list"],
] as const;

/** Single keys can get in the way of speech input: they can be switched off. */
const singleKeys = new Preference("longhaul.shortcuts", ["on", "off"]);
const showEvent = "longhaul:shortcuts";

export function showShortcuts(): void {
  window.dispatchEvent(new Event(showEvent));
}

/** Listens for the keys of the whole app, and lists them. */
export function Shortcuts() {
  const [open, setOpen] = useState(false);
  const enabled = usePreference(singleKeys) === "on";
  useEffect(() => {
    const show = () => setOpen(true);
    window.addEventListener(showEvent, show);
    return () => window.removeEventListener(showEvent, show);
  }, []);
  useKeys(enabled, () => setOpen(true));
  return (
    <Dialog open={open} onOpenChange={setOpen} title="Keyboard shortcuts">
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2">
        {keys.map(([key, what]) => (
          <div key={key} className="contents">
            <dt>
              <kbd className="rounded-md border bg-sunken px-1.5 py-0.5 font-mono text-sm">{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label className="flex items-center gap-2 border-t pt-3">
        <Checkbox
          checked={enabled}
          onChange={(event) => singleKeys.set(event.target.checked ? "on" : "off")}
        />
        Use single-key shortcuts
      </label>
    </Dialog>
  );
}

function useKeys(enabled: boolean, showList: () => void): void {
  const navigate = useNavigate();
  const { pathname, search } = useRouterState({ select: (state) => state.location });
  const runs = useRef<RunSearch>({});
  useEffect(() => {
    if (pathname === "/") runs.current = parseRunSearch(search);
  }, [pathname, search]);
  const drafting = useDrafting(pathname);
  useEffect(() => {
    if (!enabled) return;
    function onKey(event: KeyboardEvent): void {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (document.querySelector('[role="dialog"],[role="menu"]')) return;
      if (event.key === "Escape") {
        if (isTyping(event.target)) (event.target as HTMLElement).blur();
        // What was typed is not thrown away by a key that also leaves a field.
        else if (drafting.current || isRefused()) return;
        else if (pathname.startsWith("/start/")) void navigate({ to: "/start" });
        // Back to the runs as they were filtered.
        else if (pathname !== "/") void navigate({ to: "/", search: runs.current });
        return;
      }
      if (isTyping(event.target)) return;
      const act = actions[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    }
    const actions: Record<string, () => void> = {
      "?": showList,
      j: () => moveRow(1),
      k: () => moveRow(-1),
      "/": () => {
        if (!focusSearch()) void navigate({ to: "/" }).then(() => requestAnimationFrame(() => focusSearch()));
      },
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [enabled, navigate, pathname, drafting, showList]);
}

/** Whether something was typed on this page since it was last tried to be sent. */
function useDrafting(pathname: string): RefObject<boolean> {
  const drafting = useRef(false);
  useEffect(() => {
    drafting.current = false;
    const onInput = ({ target }: Event) => (drafting.current ||= isDraft(target));
    const onSubmit = () => (drafting.current = false);
    window.addEventListener("input", onInput);
    window.addEventListener("submit", onSubmit);
    return () => {
      window.removeEventListener("input", onInput);
      window.removeEventListener("submit", onSubmit);
    };
  }, [pathname]);
  return drafting;
}
