/**
 * Takes known secrets out of a text that arrives in pieces: as they are, in base64 at any place of a longer text, in
 * hexadecimal and escaped as in a URL. What may be the beginning of one is held back until the next piece decides.
 * Invariant: what comes out does not depend on where the text was cut, and where no secret stands in it, nothing changes.
 */
import { toBase64 } from "./base64.ts";
import { REDACTED, type Secret } from "./secret.ts";

/** Shorter ones stand in texts by chance. */
export const REDACTED_SECRET_CHARS_MIN = 12;

export interface RedactedText {
  /** What of the text so far is decided. */
  push(piece: string): string;
  /** The rest. A secret that was cut off there is taken out, too. */
  finish(): string;
}

/** Learns of secrets one by one, and never tells them. */
export class Redactor {
  readonly #forms = new Set<string>();

  learn(secret: Secret): void {
    const text = secret.reveal();
    if (text.length < REDACTED_SECRET_CHARS_MIN) return;
    for (const form of formsOf(text)) this.#forms.add(form);
  }

  /** A text that begins now; secrets that are learned later are not looked for in it. */
  begin(): RedactedText {
    return redactedText([...this.#forms].toSorted((a, b) => b.length - a.length));
  }
}

function formsOf(text: string): string[] {
  const bytes = new TextEncoder().encode(text);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
  const base64 = [0, 1, 2].map((offset) => base64Within(bytes, offset));
  const numbers = [hex.join(""), hex.map((digits) => `%${digits}`).join("")];
  const escaped = encodeURIComponent(text);
  return [
    text,
    JSON.stringify(text).slice(1, -1),
    ...base64,
    ...base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_")),
    ...numbers.flatMap((form) => [form, form.toUpperCase()]),
    ...[escaped, escaped.replace(/%../g, (digits) => digits.toLowerCase())],
  ];
}

/** The characters of a longer base64 text that these bytes alone decide, `offset` bytes behind a multiple of three. */
function base64Within(bytes: Uint8Array, offset: number): string {
  const first = Math.ceil((offset * 8) / 6);
  const end = Math.floor(((offset + bytes.length) * 8) / 6);
  return toBase64(new Uint8Array([...new Uint8Array(offset), ...bytes])).slice(first, end);
}

/** @param forms longest first */
function redactedText(forms: readonly string[]): RedactedText {
  if (forms.length === 0) return { push: (piece) => piece, finish: () => "" };
  const pattern = new RegExp(forms.map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("|"));
  let held = "";
  /** Where the end of what is held may be the beginning of a secret; its length where it is not. */
  const openAt = () => {
    for (let at = Math.max(0, held.length - forms[0]!.length + 1); at < held.length; at++) {
      const rest = held.slice(at);
      if (forms.some((form) => form.length > rest.length && form.startsWith(rest))) return at;
    }
    return held.length;
  };
  const take = (chars: number) => {
    const taken = held.slice(0, chars);
    held = held.slice(chars);
    return taken;
  };
  return {
    push(piece) {
      held += piece;
      let out = "";
      for (;;) {
        const found = pattern.exec(held);
        const open = openAt();
        // One that begins no earlier may become a longer one.
        if (found === null || open <= found.index) return out + take(open);
        out += take(found.index) + REDACTED;
        take(found[0].length);
      }
    },
    finish() {
      const rest = take(held.length).replace(new RegExp(pattern, "g"), REDACTED);
      const isCutOff = rest.length >= REDACTED_SECRET_CHARS_MIN && forms.some((form) => form.startsWith(rest));
      return isCutOff ? REDACTED : rest;
    },
  };
}
