/**
 * Which addresses messages may be sent to: by default https to public hosts alone, so that nobody can make the server
 * knock at doors of its own network. An address is judged as it is written; that a public name leads to a private address
 * is for the network itself to refuse: Cloudflare's does, and the launcher of `npm start` sees to it (scripts/server.ts).
 */
import ipaddr from "ipaddr.js";

/** Names that a resolver of a private network answers, or the machine itself does. */
const PRIVATE_NAME = /(?:^|\.)(?:localhost|local|localdomain|internal|intranet|lan|home\.arpa|test|invalid)$/;

/** What is wrong with a receiver's URL, as a sentence that follows the word "url"; null when messages may go there. */
export function receiverProblem(text: string, allowsPrivate: boolean): string | null {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return "must be a URL like https://example.com/hooks";
  if (url.username !== "" || url.password !== "") return "must not hold a name or a password";
  if (url.hash !== "") return "must not have a fragment (#…): it is never sent";
  if (allowsPrivate) return null;
  if (url.protocol !== "https:") return "must begin with https:, so that nobody on the way can read the messages";
  if (isPublicHost(url.hostname)) return null;
  return "must be a public host; on a server of your own, RUNYARD_WEBHOOK_PRIVATE_RECEIVERS=allow lifts that";
}

/** @param host as `URL` writes it: numbers in dots, IPv6 in brackets, names in lower case */
function isPublicHost(host: string): boolean {
  const literal = host.replace(/^\[|\]$/g, "");
  if (ipaddr.isValid(literal)) return ipaddr.process(literal).range() === "unicast";
  const name = host.replace(/\.+$/, "");
  return name.includes(".") && !PRIVATE_NAME.test(name);
}
