/**
 * Which hosts are public, judged as they are written. That a public name leads to a private address is for the network
 * itself to refuse: Cloudflare's does, and the launcher of `npm start` sees to it (scripts/server.ts).
 */
import ipaddr from "ipaddr.js";

/** Names that a resolver of a private network answers, or the machine itself does. */
const PRIVATE_NAME = /(?:^|\.)(?:localhost|local|localdomain|internal|intranet|lan|home\.arpa|test|invalid)$/;

/** @param host as `URL` writes it: numbers in dots, IPv6 in brackets, names in lower case */
export function isPublicHost(host: string): boolean {
  const literal = host.replace(/^\[|\]$/g, "");
  if (ipaddr.isValid(literal)) return ipaddr.process(literal).range() === "unicast";
  const name = host.replace(/\.+$/, "");
  return name.includes(".") && !PRIVATE_NAME.test(name);
}

/**
 * Whether an address spells its host as it will be compared: no numbers in hexadecimal, no escapes, no look-alike
 * letters, no full stop at its end. Case aside, since people write names in capitals.
 */
export function isPlainlySpelled(text: string, url: URL): boolean {
  const authority = /^[a-z]+:\/\/([^/?#\\]+)/i.exec(text.trim())?.[1] ?? "";
  const host = authority.toLowerCase().replace(/:\d*$/, "");
  return host === url.hostname && !host.endsWith(".");
}
