/**
 * An answer that is read in pieces, within its size, and that ends with a signal: also where the network behind it
 * heeds none. It stands in the place of the platform's `Response`: to make another of those, with a stream of its own,
 * takes a good part of what a short answer takes.
 */

export interface Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  /** The next bytes of the body; null behind its end. Rejects with the reason of the signal. One at a time. */
  read(): Promise<Uint8Array | null>;
  /** Nothing more will be read. */
  drop(): void;
}

export interface AnswerBounds {
  readonly signal: AbortSignal;
  /** Of the body. Left out where whoever reads counts. */
  readonly maxBytes?: number;
  /** The error that more of them are. */
  tooLarge?(): Error;
  /** Once, when nothing more will be read, whatever the reason. */
  onEnd?(): void;
}

/** @param response nobody has read of it yet */
export function boundedAnswer(response: Response, bounds: AnswerBounds): Answer {
  return new ResponseAnswer(response, bounds);
}

/** The body up to its first piece beyond `maxBytes`, as text. What comes behind is dropped. */
export async function textOf(answer: Pick<Answer, "read" | "drop">, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let total = 0;
  for (let piece = await answer.read(); piece !== null; piece = await answer.read()) {
    total += piece.byteLength;
    text += decoder.decode(piece, { stream: true });
    if (total < maxBytes) continue;
    answer.drop();
    break;
  }
  return text + decoder.decode();
}

class ResponseAnswer implements Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly #bounds: AnswerBounds;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | null;
  #total = 0;
  #isOver = false;
  /** Of the read that is pending. */
  #fail: (reason: unknown) => void = () => undefined;

  constructor(response: Response, bounds: AnswerBounds) {
    this.ok = response.ok;
    this.status = response.status;
    this.statusText = response.statusText;
    this.headers = response.headers;
    this.#bounds = bounds;
    this.#reader = response.body ? (response.body as ReadableStream<Uint8Array>).getReader() : null;
    const { signal } = bounds;
    const onAbort = () => {
      if (this.#isOver) return;
      this.drop();
      this.#fail(signal.reason);
    };
    if (this.#reader === null) this.#end();
    else if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  }

  read(): Promise<Uint8Array | null> {
    if (this.#bounds.signal.aborted) return Promise.reject(this.#bounds.signal.reason);
    if (this.#isOver) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#reader!.read().then(
        ({ done, value }) => {
          if (done) return resolve(this.#end());
          this.#total += value.byteLength;
          if (this.#total <= (this.#bounds.maxBytes ?? Number.POSITIVE_INFINITY)) return resolve(value);
          this.drop();
          reject(this.#bounds.tooLarge?.());
        },
        (error) => {
          this.#end();
          reject(error);
        },
      );
    });
  }

  drop(): void {
    if (this.#isOver) return;
    this.#end();
    void this.#reader?.cancel().catch(() => undefined);
  }

  #end(): null {
    if (this.#isOver) return null;
    this.#isOver = true;
    this.#bounds.onEnd?.();
    return null;
  }
}
