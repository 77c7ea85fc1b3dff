import { isIP } from "node:net";
import type { IncomingHttpHeaders } from "node:http";

/**
 * Why a request must not be served, or null. The endpoint takes any credentials, so pages that a developer
 * happens to visit must not reach it: a browser names its page in Origin (or says cross-site), and a page
 * that points its own host name at this address (DNS rebinding) shows that name in Host.
 */
export function refusal(method: string, headers: IncomingHttpHeaders, extraHost: string): string | null {
  const host = headers.host ?? "";
  if (!isOwnHost(host, extraHost)) return `The host name ${JSON.stringify(host)} is not this local cloud's.`;
  const { origin } = headers;
  if (origin !== undefined) {
    return origin === `http://${host}` ? null : "Other web pages may not call the local cloud.";
  }
  const site = headers["sec-fetch-site"];
  const opensPage = method === "GET" && headers["sec-fetch-mode"] === "navigate";
  const foreign = site === "cross-site" || site === "same-site";
  return foreign && !opensPage ? "Other web pages may not call the local cloud." : null;
}

/** An address cannot be rebound; of names, only those that always mean this machine are taken. */
function isOwnHost(host: string, extraHost: string): boolean {
  const name = host
    .replace(/:\d+$/, "")
    .replace(/^\[(.*)\]$/, "$1")
    .toLowerCase();
  return (
    isIP(name) !== 0 ||
    name === "localhost" ||
    name.endsWith(".localhost") ||
    name === "host.docker.internal" ||
    name === extraHost.toLowerCase()
  );
}
