import type { LookupAddress } from "node:dns";
import ipaddr from "ipaddr.js";

/** The addresses that a webhook may be sent to. */
export interface AddressRules {
  /** Lets messages go to this computer itself, also without TLS: for a receiver that is being written on a laptop. */
  readonly loopback: boolean;
}

/** An address that messages are not sent to; the message is a sentence for whoever gave it. */
export class AddressRefused extends Error {
  override readonly name = "AddressRefused";
}

/**
 * Reads what a person gave as a webhook's address. Names are looked at as text only: what they stand for is found out, and
 * checked, each time that something is sent.
 *
 * @throws AddressRefused
 */
export function checkUrl(text: string, rules: AddressRules): URL {
  if (text.length > 2000) throw new AddressRefused("The address is longer than 2000 characters.");
  if (!URL.canParse(text))
    throw new AddressRefused("This is no address: it begins with https:// and a host.");
  const url = new URL(text);
  if (url.username || url.password)
    throw new AddressRefused(
      "An address with a user name or password is not stored: sign-in is by signature.",
    );
  if (url.hash) throw new AddressRefused("An address without the part after # is needed.");
  const host = hostOf(url);
  const isIp = ipaddr.isValid(host);
  if (isIp) checkAddress(host, rules);
  const isLoopback = host === "localhost" || (isIp && rangeOf(host) === "loopback");
  if (url.protocol === "http:" && !(rules.loopback && isLoopback))
    throw new AddressRefused("The address must begin with https://.");
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw new AddressRefused("The address must begin with https://.");
  if (!isIp && !rules.loopback && !isPublicName(host))
    throw new AddressRefused(`"${host.slice(0, 100)}" is no name on the Internet.`);
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  if (port < 1024 && port !== 443 && port !== 80)
    throw new AddressRefused("Of the ports below 1024 only 443 and 80 may be used.");
  return url;
}

/** The host without the brackets of IPv6 and the dot that may end a name. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
}

/** @throws AddressRefused for one that is not a host's on the Internet. */
export function checkAddress(address: string, { loopback }: AddressRules): void {
  const range = rangeOf(address);
  if (range === "unicast" || (loopback && range === "loopback")) return;
  throw new AddressRefused("Its address is not on the Internet: messages do not go to private networks.");
}

/** Every address that a name stands for must be allowed: which of them is taken is not ours to choose. */
export function checkAddresses(found: readonly LookupAddress[], rules: AddressRules): void {
  if (found.length === 0) throw new AddressRefused("Its name stands for no address.");
  for (const { address } of found) checkAddress(address, rules);
}

/**
 * What kind of address it is, by IANA's registries of special addresses; one that carries an IPv4 address inside is of
 * that one's kind. Whatever is not plainly an address is "invalid".
 */
function rangeOf(text: string): string {
  if (text.includes("%") || !ipaddr.isValid(text)) return "invalid";
  const address = ipaddr.parse(text);
  if (address instanceof ipaddr.IPv4) return address.range();
  // The ways in which IPv6 carries an IPv4 address: mapped ones are read, all others (NAT64, 6to4, Teredo) are refused,
  // as is whatever is outside of 2000::/3, where hosts are.
  if (address.isIPv4MappedAddress()) return address.toIPv4Address().range();
  const range = address.range();
  if (range === "loopback") return range;
  return range === "unicast" && ((address.parts[0] ?? 0) & 0xe000) === 0x2000 ? range : "special";
}

function isPublicName(host: string): boolean {
  const last = host.slice(host.lastIndexOf(".") + 1).toLowerCase();
  return host.includes(".") && !["localhost", "local", "internal", "lan", "home", "arpa"].includes(last);
}
