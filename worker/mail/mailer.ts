/**
 * Sends e-mail through the platform's binding, where the operator set one up. The only place that knows the binding; a
 * mail is a subject and a plain text, so that nothing in it can be markup. Keeps nothing, and asks once: who sends
 * something that must arrive asks again.
 */

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface Mailer {
  /** Resolves when the platform has taken it; throws with the platform's reason when not. */
  send(mail: Mail): Promise<void>;
}

/** The platform's binding, as far as it is used. */
export interface MailBinding {
  send(mail: Mail & { readonly from: { readonly name: string; readonly email: string } }): Promise<unknown>;
}

/** A header is one line, and mail programs show some 70 characters of it. */
const SUBJECT_CHARS_MAX = 200;

/** Null where e-mail is not set up: the binding `MAIL` and RUNYARD_MAIL_FROM belong together. */
export function openMailer(binding: MailBinding | undefined, from: string | null): Mailer | null {
  if (binding === undefined || from === null) return null;
  return {
    async send({ to, subject, text }) {
      const line = subject.replace(/\p{Cc}+/gu, " ").slice(0, SUBJECT_CHARS_MAX);
      await binding.send({ from: { name: "Runyard", email: from }, to, subject: line, text });
    },
  };
}
