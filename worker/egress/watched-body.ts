/**
 * A response whose body is counted as it is read, and ends with a signal: also where the network behind it heeds none.
 * Whoever watches a response that is watched already becomes one more watcher of the same stream: each stream more costs a
 * good part of what a short answer takes.
 */

export interface BodyWatch {
  readonly signal: AbortSignal;
  /** After each piece, with the bytes so far. Answers whether that was enough: then the body ends there. */
  onBytes(total: number): boolean;
  /** Once, when nothing more will be read, whatever the reason. */
  onEnd?(): void;
}

/** Adds a watcher to a stream of {@link watchBody}. */
const watchers = new WeakMap<Response, (watch: BodyWatch) => void>();

/** @param response nobody has read of it yet */
export function watchBody(response: Response, watch: BodyWatch): Response {
  const add = watchers.get(response);
  if (add) {
    add(watch);
    return response;
  }
  if (response.body === null) {
    watch.onEnd?.();
    return response;
  }
  const stream = new WatchedStream(response.body as ReadableStream<Uint8Array>);
  const { status, statusText, headers } = response;
  const watched = new Response(stream.body, { status, statusText, headers });
  stream.add(watch);
  watchers.set(watched, (each) => stream.add(each));
  return watched;
}

class WatchedStream {
  readonly body: ReadableStream<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #watches: BodyWatch[] = [];
  #out!: ReadableStreamDefaultController<Uint8Array>;
  #total = 0;
  #isOver = false;

  constructor(source: ReadableStream<Uint8Array>) {
    this.#reader = source.getReader();
    this.body = new ReadableStream<Uint8Array>({
      start: (out) => {
        this.#out = out;
      },
      pull: () => this.#pull(),
      cancel: (reason) => this.#drop(reason),
    });
  }

  add(watch: BodyWatch): void {
    this.#watches.push(watch);
    const { signal } = watch;
    const onAbort = () => {
      if (this.#isOver) return;
      this.#out.error(signal.reason);
      this.#drop(signal.reason);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  }

  async #pull(): Promise<void> {
    const chunk = await this.#reader.read().catch((error) => {
      this.#end();
      throw error;
    });
    if (this.#isOver) return;
    if (chunk.done) {
      this.#end();
      return this.#out.close();
    }
    this.#total += chunk.value.byteLength;
    const isEnough = this.#watches.map((watch) => watch.onBytes(this.#total)).some(Boolean);
    // Whoever counts may have stopped it.
    if (this.#isOver) return;
    this.#out.enqueue(chunk.value);
    if (!isEnough) return;
    this.#out.close();
    this.#drop(undefined);
  }

  #drop(reason: unknown): void {
    this.#end();
    void this.#reader.cancel(reason).catch(() => undefined);
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const { onEnd } of this.#watches) onEnd?.();
  }
}
