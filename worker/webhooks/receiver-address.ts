/**
 * Which addresses messages may be sent to: by default https to public hosts alone, so that nobody can make the server
 * knock at doors of its own network.
 */
import { emailSchema } from "../domain/membership.ts";
import { isPublicHost } from "../egress/public-host.ts";

const MAIL_SCHEME = "mailto:";

/** The mailbox that an endpoint's address names; null where it names none. */
export function mailAddressOf(url: string): string | null {
  if (!url.toLowerCase().startsWith(MAIL_SCHEME)) return null;
  return emailSchema.safeParse(url.slice(MAIL_SCHEME.length)).data ?? null;
}

export interface ReceiverRules {
  readonly allowsPrivate: boolean;
  /** Whether e-mail is set up on this server. */
  readonly canMail: boolean;
}

/** What is wrong with a receiver's URL, as a sentence that follows the word "url"; null when messages may go there. */
export function receiverProblem(text: string, { allowsPrivate, canMail }: ReceiverRules): string | null {
  if (text.toLowerCase().startsWith(MAIL_SCHEME)) {
    if (mailAddressOf(text) === null) return "must be like mailto:ana@example.com, with nothing after the address";
    return canMail ? null : "must begin with https: e-mail is not set up on this server (RUNYARD_MAIL_FROM)";
  }
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return "must be a URL like https://example.com/hooks";
  if (url.username !== "" || url.password !== "") return "must not hold a name or a password";
  if (url.hash !== "") return "must not have a fragment (#…): it is never sent";
  if (allowsPrivate) return null;
  if (url.protocol !== "https:") return "must begin with https:, so that nobody on the way can read the messages";
  if (isPublicHost(url.hostname)) return null;
  return "must be a public host; on a server of your own, RUNYARD_WEBHOOK_PRIVATE_RECEIVERS=allow lifts that";
}
