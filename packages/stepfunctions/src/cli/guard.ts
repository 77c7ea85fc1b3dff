import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";

/**
 * Why a request must not be served, or null. Whoever calls may run the functions that are served here, so pages that
 * their user happens to visit must not: browsers name the page in Origin or say cross-site, and a page that points its
 * own name at this address (DNS rebinding) shows that name in Host.
 *
 * @param host what was given as the address to listen at
 */
export function refusal(headers: IncomingHttpHeaders, host: string): string | null {
  const named = (headers.host ?? "").replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  if (!isOwn(named.toLowerCase(), host.toLowerCase()))
    return `The host name ${JSON.stringify(named.slice(0, 200))} is not this engine's`;
  const { origin } = headers;
  const foreign =
    origin === undefined ? isForeign(headers["sec-fetch-site"]) : origin !== `http://${headers.host}`;
  return foreign ? "Web pages may not call this engine" : null;
}

function isForeign(site: string | string[] | undefined): boolean {
  return site === "cross-site" || site === "same-site";
}

/**
 * An address cannot be rebound; of names, those that always mean this machine, and the one given. AWS's clients put
 * `sync-` before the name for StartSyncExecution and TestState.
 */
function isOwn(called: string, host: string): boolean {
  const name = called === host ? called : called.replace(/^sync-/, "");
  const always = name === "localhost" || name.endsWith(".localhost") || name === "host.docker.internal";
  return isIP(name) !== 0 || always || name === host;
}
