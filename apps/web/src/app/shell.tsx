import { Link, useRouterState } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";
import { ErrorBoundary } from "../components/ui/error-boundary.js";
import { Shortcuts } from "../features/help/shortcuts.js";
import { useMe } from "../features/settings/use-me.js";
import { AccountMenu } from "./account-menu.js";
import { Mark } from "./mark.js";
import { type Place, places } from "./places.js";

/**
 * The frame around every page: where one can go, and who one is. A column when wide, a bar when narrow. Pages fit themselves to
 * the room inside of it, in the size of the letters (@xl and so on), so that they are narrow for whoever needs large ones.
 */
export function Shell({ children }: { children: ReactNode }) {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const nav = useRef<HTMLElement>(null);
  const main = useRef<HTMLElement>(null);
  const shown = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const before = useRef(shown);
  // What had the focus has gone with the page before: keys and readers go on at the beginning of this one, not of the frame.
  useEffect(() => {
    const another = before.current !== undefined && before.current !== shown;
    before.current = shown;
    if (another && document.activeElement === document.body) main.current?.focus({ preventScroll: true });
  }, [shown]);
  // Where the bar is too narrow for all places, the one that is open is in sight.
  useEffect(() => {
    const here = nav.current?.querySelector<HTMLElement>("[aria-current=page], [data-inside]");
    if (nav.current && here)
      nav.current.scrollLeft = here.offsetLeft - (nav.current.clientWidth - here.offsetWidth) / 2;
  }, [path]);
  return (
    <div className="min-h-dvh print:block lg:grid lg:grid-cols-[13rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="absolute left-2 z-50 -translate-y-full rounded-md bg-accent px-3 py-1.5 text-on-accent focus:translate-y-2"
      >
        Skip to content
      </a>
      <header className="z-30 flex print:hidden flex-wrap items-center max-md:justify-between gap-2 border-b bg-surface px-3 py-2 lg:sticky lg:top-0 lg:h-dvh lg:overflow-y-auto lg:flex-col lg:flex-nowrap lg:items-stretch lg:gap-4 lg:border-r lg:border-b-0 lg:p-3">
        <Brand />
        <nav
          ref={nav}
          aria-label="Main"
          className="relative flex gap-0.5 overflow-x-auto p-0.5 max-md:order-last max-md:basis-full md:flex-1 lg:flex-col lg:overflow-visible lg:p-0"
        >
          {places.map(({ title, places: within }) => (
            <div key={title} role="group" aria-label={title} className="flex gap-0.5 lg:mb-3 lg:flex-col">
              <p aria-hidden className="px-2 pb-0.5 text-sm text-ink-soft max-lg:hidden">
                {title}
              </p>
              {within.map((place) => (
                <PlaceLink
                  key={place.label}
                  place={place}
                  inside={place.to === "/" && path.startsWith("/runs/")}
                />
              ))}
            </div>
          ))}
        </nav>
        <AccountMenu />
      </header>
      <main
        ref={main}
        id="main"
        tabIndex={-1}
        className="@container mx-auto w-full max-w-6xl px-3 py-4 outline-none sm:px-6 sm:py-6"
      >
        <ErrorBoundary what="This page">{children}</ErrorBoundary>
      </main>
      <Shortcuts />
    </div>
  );
}

function PlaceLink({ place: { to, label, Icon, Badge }, inside }: { place: Place; inside: boolean }) {
  return (
    <Link
      data-inside={inside ? true : undefined}
      to={to}
      activeOptions={{ exact: to === "/", includeSearch: false }}
      className="flex h-8 shrink-0 items-center gap-2 rounded-md px-2 font-medium whitespace-nowrap text-ink-soft hover:bg-sunken hover:text-ink aria-[current=page]:bg-accent-soft aria-[current=page]:text-accent data-inside:bg-accent-soft data-inside:text-accent lg:h-7"
    >
      <Icon aria-hidden className="size-4 max-sm:hidden" />
      {label}
      {Badge && <Badge />}
    </Link>
  );
}

function Brand() {
  const { data: me } = useMe();
  return (
    <div className="flex items-center gap-2 lg:px-2 lg:pt-1">
      <Mark className="size-6 shrink-0" />
      <div className="min-w-0 max-lg:sr-only">
        <p className="leading-tight font-semibold">Longhaul</p>
        <p className="min-h-4 truncate text-sm text-ink-soft" title={me?.organisation?.name}>
          {me?.organisation?.name}
        </p>
      </div>
    </div>
  );
}
