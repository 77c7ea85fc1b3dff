import { isIP } from "node:net";
import type { RequestHandler } from "express";

/**
 * Whether a Host header names this computer in a way that no foreign page can. A page may point its own name at this address
 * (DNS rebinding), and is of the same origin as whatever answers under it. An address cannot be rebound; of names, those that
 * always mean this computer are taken.
 *
 * @param others names, without ports, that are taken, too
 */
export function isOwnHost(host: string | undefined, others: readonly string[]): boolean {
  const name = (host ?? "")
    .replace(/:\d+$/, "")
    .replace(/^\[(.*)\]$/, "$1")
    .toLowerCase();
  return (
    isIP(name) !== 0 ||
    name === "localhost" ||
    name.endsWith(".localhost") ||
    name === "host.docker.internal" ||
    others.some((other) => other.toLowerCase() === name)
  );
}

/** Refuses requests under other names than this computer's and `others`. */
export function ownHostsOnly(others: readonly string[]): RequestHandler {
  return ({ headers: { host } }, response, next) => {
    if (isOwnHost(host, others)) return next();
    const message = `This API is at home on this computer, and not at ${JSON.stringify(host ?? "")}. ALLOWED_ORIGINS may name other places.`;
    response.status(421).json({ error: { code: "FOREIGN_HOST", message } });
  };
}
