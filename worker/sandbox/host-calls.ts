/**
 * The bridge over which one run calls the host's capabilities: data in, data out, answered later. Owns the quota, the
 * bounds and the order of the answers. A guest never runs while it makes a call, so no call can be made from within one.
 * Invariant: every call is in the journal before it is made, and its answer before the guest sees it.
 */
import { type Capability, CapabilityError } from "../domain/capability.ts";
import type { HostAnswer, HostError, JournalPort } from "./journal.ts";

/** Calls that wait for their answers at the same time. */
const WAITING_CALLS = 100;
/** UTF-16 units of one input or answer, and of all of one run together, with the bytes of answers that are under way. */
const CALL_CHARS = 2 * 2 ** 20;
const RUN_CHARS = 16 * 2 ** 20;
/** What is kept of a name, and of an input that is refused for its size or because of those before it. */
const REFUSED_CHARS = 200;

export interface Answered {
  readonly call: number;
  readonly answer: HostAnswer;
}

interface HostCall {
  readonly name: string;
  readonly input: string;
  readonly call: number;
}

export class HostCalls {
  readonly #capabilities: ReadonlyMap<string, Capability>;
  readonly #journal: JournalPort;
  readonly #quota: number;
  readonly #under = new Map<number, AbortController>();
  readonly #answers: Answered[] = [];
  #count = 0;
  #given = 0;
  #chars = 0;
  /** Of inputs alone: what the journal keeps must depend on the program, not on when answers came. */
  #inputChars = 0;
  /** Bytes of answers that came in so far, of calls that are still under way. */
  #bytesUnderWay = 0;
  #wake: () => void = () => undefined;

  constructor(capabilities: readonly Capability[], quota: number, journal: JournalPort) {
    this.#capabilities = new Map(capabilities.map((capability) => [capability.name, capability]));
    this.#journal = journal;
    this.#quota = quota;
  }

  /** Calls made so far. */
  get count(): number {
    return this.#count;
  }

  /** True while the guest waits for an answer. */
  get areWaiting(): boolean {
    return this.#given < this.#count;
  }

  get haveAnswer(): boolean {
    return this.#answers.length > 0;
  }

  /** Starts a call and returns its number, from 0; null where the run has none left. */
  start(capability: string, input: string): number | null {
    if (this.#count >= this.#quota) return null;
    const call = this.#count;
    this.#count += 1;
    // No capability's name is as long: it is only repeated in what the program is told.
    const name = capability.slice(0, REFUSED_CHARS);
    this.#inputChars += input.length;
    const isRecorded = input.length <= CALL_CHARS && this.#inputChars <= RUN_CHARS;
    this.#journal.called(name, isRecorded ? input : input.slice(0, REFUSED_CHARS));
    if (this.#journal.isReplay) return call;
    const controller = new AbortController();
    this.#under.set(call, controller);
    void this.#answer({ name, input, call }, controller.signal).then((answer) => this.#arrived(call, answer));
    return call;
  }

  /** The guest gives a call up: it is answered at once, with an error. */
  giveUp(call: number): void {
    this.#under.get(call)?.abort();
  }

  /** The answer that the guest is given at this place; null for none. */
  take(): Answered | null {
    const next = this.#journal.isReplay ? this.#journal.answerHere() : (this.#answers.shift() ?? null);
    // A replay that took another way may not have made the call that was answered here.
    if (next === null || next.call >= this.#count) return null;
    this.#given += 1;
    this.#journal.answered(next.call, next.answer);
    return next;
  }

  /** Resolves when the next answer comes. */
  arrival(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** The run is over: whatever is still under way is given up. */
  dispose(): void {
    for (const controller of this.#under.values()) controller.abort();
  }

  #arrived(call: number, answer: HostAnswer): void {
    this.#under.delete(call);
    this.#answers.push({ call, answer });
    this.#wake();
  }

  async #answer({ name, input, call }: HostCall, signal: AbortSignal): Promise<HostAnswer> {
    const refused = this.#refusal(name, input);
    if (refused !== null) return refused;
    const arrival = this.#arrival();
    try {
      const { received } = arrival;
      const { line, value: given } = readInput(name, input);
      const work = this.#capabilities.get(name)!.call(given, { signal, received, call, line });
      const value = JSON.stringify(await Promise.race([work, aborted(signal)]));
      this.#chars += value.length;
      if (value.length > CALL_CHARS) return failure("RangeError", `the answer of ${name} is too large`);
      return this.#chars > RUN_CHARS ? { error: TOO_MUCH } : { value };
    } catch (error) {
      if (error instanceof CapabilityError) return failure(error.name, error.message);
      // What went wrong inside the host is not for the program to read.
      return failure("Error", `${name} failed`);
    } finally {
      arrival.end();
    }
  }

  /** Counts what comes in for one call, until the call has ended. */
  #arrival(): { readonly received: (bytes: number) => void; readonly end: () => void } {
    let [bytes, hasEnded] = [0, false];
    const end = () => {
      if (!hasEnded) this.#bytesUnderWay -= bytes;
      hasEnded = true;
    };
    const received = (more: number) => {
      if (hasEnded) throw new CapabilityError("AbortError", "The operation was aborted");
      bytes += more;
      this.#bytesUnderWay += more;
      if (this.#chars + this.#bytesUnderWay <= RUN_CHARS) return;
      // What it held is free at once: else all that come in side by side would be refused together.
      end();
      throw new CapabilityError(TOO_MUCH.name, TOO_MUCH.message);
    };
    return { received, end };
  }

  #refusal(name: string, input: string): HostAnswer | null {
    if (!this.#capabilities.has(name)) return failure("NotGrantedError", `${name} is not granted to this run`);
    this.#chars += input.length;
    if (input.length > CALL_CHARS) return failure("RangeError", `the input of ${name} is too large`);
    if (this.#chars > RUN_CHARS || this.#inputChars > RUN_CHARS) return { error: TOO_MUCH };
    if (this.#under.size > WAITING_CALLS) {
      return failure("RangeError", `more than ${WAITING_CALLS} host calls wait for their answers`);
    }
    return null;
  }
}

/** Capabilities of code mode, `entity.verb`, are called with the line that asked: an effect is shown beside it. */
function readInput(name: string, input: string): { readonly line: number | null; readonly value: unknown } {
  const given: unknown = JSON.parse(input);
  if (!name.includes(".")) return { line: null, value: given };
  // Guest code may call with anything: what is no call of the prelude has no line.
  const { line, input: value } = (given ?? {}) as { line?: unknown; input?: unknown };
  return { line: typeof line === "number" && Number.isInteger(line) && line > 0 ? line : null, value: value ?? {} };
}

const failure = (name: string, message: string): HostAnswer => ({ error: { name, message } });

const TOO_MUCH: HostError = {
  name: "RangeError",
  message: `the host calls of this run moved too much data: ${RUN_CHARS / 2 ** 20} MiB are allowed, with what is under way`,
};

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(new CapabilityError("AbortError", "The operation was aborted"));
    if (signal.aborted) fail();
    else signal.addEventListener("abort", fail, { once: true });
  });
}
