/**
 * A text that must not be printed: in JSON, in a template, by an inspector or in an error it reads `[redacted]`. Whoever
 * needs it says so with `reveal`, which is what to look for in a review.
 */

/** What stands in a secret's place. */
export const REDACTED = "[redacted]";

/** Under which Node's and workerd's consoles look for an object's own way to be printed. */
const INSPECT = Symbol.for("nodejs.util.inspect.custom");

export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  /** Its last characters, for people to tell two apart; none of a text so short that they would give it away. */
  get hint(): string {
    return this.#text.length < HINT_SECRET_CHARS_MIN ? "" : this.#text.slice(-HINT_CHARS);
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.toPrimitive](): string {
    return REDACTED;
  }

  [INSPECT](): string {
    return REDACTED;
  }
}

const HINT_CHARS = 4;
const HINT_SECRET_CHARS_MIN = 16;
