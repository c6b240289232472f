/** `AbortController` and `AbortSignal`, with `EventTarget` reduced to what they need. */

interface AbortEvent {
  readonly type: "abort";
  readonly target: AbortSignal;
}
type Listener = ((event: AbortEvent) => void) | { handleEvent(event: AbortEvent): void };

function named(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}

/** How a signal times out; set once, when the prelude is installed. */
export const later = { inBackground: (_ms: number, _run: () => void): void => undefined };

export class AbortSignal {
  aborted = false;
  reason: unknown = undefined;
  onabort: ((event: AbortEvent) => void) | null = null;
  readonly #listeners = new Map<Listener, boolean>();

  static abort(reason?: unknown): AbortSignal {
    const controller = new AbortController();
    controller.abort(reason);
    return controller.signal;
  }

  static timeout(ms: number): AbortSignal {
    const controller = new AbortController();
    const expire = () => controller.abort(named("TimeoutError", "The operation was aborted due to timeout"));
    later.inBackground(Math.max(0, Math.trunc(Number(ms)) || 0), expire);
    return controller.signal;
  }

  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const controller = new AbortController();
    for (const signal of signals) {
      if (signal.aborted) controller.abort(signal.reason);
      else signal.addEventListener("abort", () => controller.abort(signal.reason), { once: true });
    }
    return controller.signal;
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }

  addEventListener(type: string, listener: Listener, options?: { once?: boolean } | boolean): void {
    if (type !== "abort" || this.#listeners.has(listener)) return;
    this.#listeners.set(listener, typeof options === "object" && options.once === true);
  }

  removeEventListener(type: string, listener: Listener): void {
    if (type === "abort") this.#listeners.delete(listener);
  }

  /** Called by the controller alone, and once. */
  static fire(signal: AbortSignal, reason: unknown): void {
    signal.aborted = true;
    signal.reason = reason;
    const event: AbortEvent = { type: "abort", target: signal };
    signal.onabort?.(event);
    for (const listener of [...signal.#listeners.keys()]) {
      if (typeof listener === "function") listener.call(signal, event);
      else listener.handleEvent(event);
    }
    signal.#listeners.clear();
  }
}

const fire = AbortSignal.fire;
Reflect.deleteProperty(AbortSignal, "fire");

export class AbortController {
  readonly signal = new AbortSignal();

  abort(reason: unknown = named("AbortError", "The operation was aborted")): void {
    if (!this.signal.aborted) fire(this.signal, reason);
  }
}
