/**
 * One delivery of a message to somebody's mailbox, as a kind of effect: an endpoint whose address is `mailto:` gets its
 * messages as text. The platform tells no repeated mail by an id: one of unknown outcome may arrive twice, and is better
 * read twice than never.
 */
import type * as z from "zod";
import { PERIOD_WORDS, subjectWords } from "../domain/budget.ts";
import { dollarText } from "../domain/dollars.ts";
import type { Clock } from "../domain/ports.ts";
import type { budgetEventSchema, runEventSchema, testEventSchema } from "../domain/webhook-events.ts";
import type { RepeatableKind } from "../effects/perform.ts";
import type { Mail, Mailer } from "../mail/mailer.ts";
import type { DeliveryReceipt, DeliveryRules } from "./delivery.ts";
import { mailAddressOf } from "./receiver-address.ts";

type Payload = z.output<typeof budgetEventSchema | typeof runEventSchema | typeof testEventSchema>;

const NOT_SET_UP = "Not sent: e-mail is not set up on this server (RUNYARD_MAIL_FROM).";

export function createMailDelivery(
  url: string,
  { retryDelaysMs }: Pick<DeliveryRules, "retryDelaysMs">,
  { mailer, clock }: { readonly mailer: Mailer | null; readonly clock: Clock },
): RepeatableKind<string, DeliveryReceipt> {
  return {
    reconciliation: "repeat",
    retryDelaysMs,
    async send(body) {
      const startedAt = clock.now();
      const problem = await problemOf(mailer, { to: mailAddressOf(url) ?? "", ...mailText(body) });
      const receipt = { durationMs: clock.now() - startedAt, status: null, problem, excerpt: "" };
      return { outcome: problem === null ? "done" : "not-done", notBefore: null, receipt };
    },
  };
}

async function problemOf(mailer: Mailer | null, mail: Mail): Promise<string | null> {
  if (mailer === null) return NOT_SET_UP;
  try {
    await mailer.send(mail);
    return null;
  } catch (error) {
    return `The mail was not taken: ${error instanceof Error ? error.message : "no reason was given"}`;
  }
}

/** What a person reads of an event. */
export function mailText(body: string): Pick<Mail, "subject" | "text"> {
  const { type, timestamp, data } = JSON.parse(body) as Payload;
  const facts = JSON.stringify(data, null, 2);
  return { subject: subjectOf(type, data), text: `${subjectOf(type, data)}.\n\n${type} at ${timestamp}\n\n${facts}\n` };
}

function subjectOf(type: string, data: Payload["data"]): string {
  if ("budget" in data) {
    const { percent, spentMicros, limitMicros, subject, period } = data.budget;
    const spent = `${dollarText(spentMicros)} of ${dollarText(limitMicros)} ${PERIOD_WORDS[period]}`;
    return `${percent} % of the budget of ${subjectWords(subject)} are spent: ${spent}`;
  }
  if ("run" in data) return `${data.run.title}: ${type.replace("run.", "")}`;
  return "A test of your notifications";
}
