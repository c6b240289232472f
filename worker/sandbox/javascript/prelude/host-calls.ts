/** How guest code calls capabilities of the host: a promise for each call, settled when the host answers. */
import { FRAMES_PROPERTY } from "../guest-interface.ts";
import type { GuestHost } from "./guest-host.ts";
import { defineHidden } from "./stack.ts";

export interface CallOptions {
  readonly signal?: GuestSignal | null | undefined;
}

/** As much of an `AbortSignal` as a call needs. */
interface GuestSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

export interface HostCalls {
  /** Resolves with the capability's output; rejects with what it says went wrong, or with the signal's reason. */
  call(capability: string, input: unknown, options?: CallOptions): Promise<unknown>;
  /** Called by the host with `{ call, value }` or `{ call, error: { name, message } }` as JSON text. */
  settle(answer: string): void;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Made where the program called: an error of the host's that is made when the answer comes would point nowhere. */
  readonly place: Error | null;
}

const MAX_INPUT_CHARS = 2 * 2 ** 20;

export function createHostCalls(host: GuestHost): HostCalls {
  const waiting = new Map<number, Waiting>();
  /** How the entry is named in frames, up to the line. */
  let entryAt: string | null = null;

  function call(
    capability: string,
    input: unknown,
    { signal }: CallOptions = {},
    place: Error | null = null,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) throw signal.reason;
      const json = JSON.stringify(input);
      if (json === undefined) throw new TypeError(`${capability} needs an input that JSON can hold`);
      // The host would refuse it as well, but could not even read it.
      if (json.length > MAX_INPUT_CHARS) throw new RangeError(`the input of ${capability} is too large`);
      const number = host.call(capability, json);
      const giveUp = () => {
        host.giveUp(number);
        reject(signal?.reason);
      };
      const settled = () => signal?.removeEventListener("abort", giveUp);
      signal?.addEventListener("abort", giveUp);
      waiting.set(number, {
        place,
        resolve: (value) => {
          settled();
          resolve(value);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
    });
  }

  function settle(answer: string): void {
    const {
      call: number,
      value,
      error,
    } = JSON.parse(answer) as {
      call: number;
      value?: unknown;
      error?: { name: string; message: string };
    };
    const caller = waiting.get(number);
    waiting.delete(number);
    if (error === undefined) return caller?.resolve(value);
    const failure = caller?.place ?? new Error();
    defineHidden(failure, "message", error.message);
    caller?.reject(defineHidden(failure, "name", error.name));
  }

  /** The line of the program's entry that was at work in this place; null where none was. */
  function entryLine(place: Error): number | null {
    entryAt ??= `(${JSON.parse(host.input("entry")!)}:`;
    const frames = (place as unknown as Record<string, unknown>)[FRAMES_PROPERTY];
    // Each call of a program comes here: to take the frames apart would cost more than all else in it.
    const at = typeof frames === "string" ? frames.indexOf(entryAt) : -1;
    return at < 0 ? null : Number.parseInt((frames as string).slice(at + entryAt.length), 10);
  }

  return {
    call(capability, input, options) {
      if (!capability.includes(".")) return call(capability, input, options);
      const place = new Error();
      return call(capability, { line: entryLine(place), input: input ?? {} }, options, place);
    },
    settle,
  };
}
