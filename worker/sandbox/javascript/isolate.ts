/**
 * Owns the instance of one run, from its creation to its end: nothing of it is used again.
 * It answers what the guest asks of the host and enters the guest; `run.ts` decides what to enter and when.
 * Invariant: at most one call into the guest is under way, and the guest suspends only where no frame of the host lies
 * between it and that call.
 */
import type { OutputStream } from "../engine.ts";
import type { HostCalls } from "../host-calls.ts";
import { type EngineExports, EVAL_FLAGS, type GuestImports, type Pointer, TAGS } from "./abi.ts";
import { ARTIFACT } from "./artifact.ts";
import { FRAMES_PROPERTY, type GuestFunction, HOST_FUNCTIONS, type ImageAddresses } from "./guest-interface.ts";
import { GuestText } from "./guest-text.ts";
import { canSuspend, importObject, suspension } from "./imports.ts";
import { hostCallFuel, PAGE_FUEL, UNHANDLED_REJECTIONS, WASM_PAGE_BYTES } from "./limits.ts";
import type { MemoryShare } from "./memory-share.ts";
import type { Meter } from "./meter.ts";
import { LoadFailure, type ModuleLoader } from "./module-loader.ts";
import type { Output } from "./output.ts";
import type { SeededRandom } from "./random.ts";
import { atOnce, type Steps } from "./steps.ts";

/** What came of entering the guest: a value, or what it threw. Both belong to the caller. */
export type Completion =
  | { readonly threw: false; readonly value: Pointer }
  | { readonly threw: true; readonly error: Pointer };

export interface IsolateParts {
  readonly meter: Meter;
  readonly output: Output;
  readonly loader: ModuleLoader;
  readonly random: SeededRandom;
  readonly memoryBytes: number;
  /** The run's share of the memory that all guests have together. */
  readonly share: MemoryShare;
  /** The run's input as JSON text; see `prelude/guest-host.ts`. */
  readonly readInput: (what: string) => string | undefined;
  readonly hostCalls: HostCalls;
}

/** An export through which the guest is entered, so that it can be suspended. */
type Entrance<Export extends (...args: never) => Pointer> = (...args: Parameters<Export>) => Promise<Pointer>;

/** A promise that was rejected and has no handler yet. */
interface Rejection {
  readonly kept: Pointer;
  readonly reason: bigint | null;
  /** The promise that was rejected before this one. */
  readonly before: bigint | null;
}

/** Values whose tag is a number's: an integer, or any tag outside the range of QuickJS's own. */
const isNumberTag = (tag: number) => tag === 0 || tag < -9 || tag > 7;

/** The heap grows by at least this much, or by a quarter, so that it need not grow often. */
const GROWTH_PAGES = 16;

export class Isolate implements GuestImports {
  readonly #parts: IsolateParts;
  readonly #image: ImageAddresses;
  readonly #memory: WebAssembly.Memory;
  readonly #engine: EngineExports;
  /** The ways into the guest, made once: each takes as long to make as a short call takes. */
  readonly #enterEval: Entrance<EngineExports["QTS_Eval"]>;
  readonly #enterCall: Entrance<EngineExports["QTS_Call"]>;
  readonly #enterJobs: Entrance<EngineExports["QTS_ExecutePendingJob"]>;
  readonly #text: GuestText;
  readonly #maximumPages: number;
  readonly #unhandled = new Map<bigint, Rejection>();
  #lastRejected: bigint | null = null;
  #rejectedAtEnd: Pointer | null = null;
  #entered = false;
  #hostDepth = 0;
  #hostCallSuspends = false;
  #memoryRefused = false;
  /** The size in pages that a suspended guest waits for. */
  #growsTo: number | null = null;
  /** What is left of preparing the module that a suspended guest waits for. */
  #loading: Steps<string> | null = null;

  constructor(module: WebAssembly.Module, image: ImageAddresses, parts: IsolateParts) {
    this.#parts = parts;
    this.#image = image;
    this.#maximumPages = Math.max(ARTIFACT.memoryPages, Math.floor(parts.memoryBytes / WASM_PAGE_BYTES));
    this.#memory = new WebAssembly.Memory({ initial: ARTIFACT.memoryPages, maximum: this.#maximumPages });
    const { suspending, promising } = suspension();
    const suspend = suspending(() => this.suspend());
    const instance = new WebAssembly.Instance(module, importObject(this.#memory, this, suspend));
    this.#engine = instance.exports as unknown as EngineExports;
    this.#enterEval = promising(this.#engine.QTS_Eval);
    this.#enterCall = promising(this.#engine.QTS_Call);
    this.#enterJobs = promising(this.#engine.QTS_ExecutePendingJob);
    this.#text = new GuestText(this.#memory, this.#engine);
    const state = new DataView(this.#memory.buffer);
    state.setUint32(image.randomState, parts.random.next(), true);
    // Zero is the one state that QuickJS's generator would never leave.
    state.setUint32(image.randomState + 4, parts.random.next() | 1, true);
    parts.meter.attach(this.#engine.fuel, () => this.#pollSoon());
  }

  /** True once the guest asked for more memory than it may have. */
  get memoryRefused(): boolean {
    return this.#memoryRefused;
  }

  /** The linear memory never shrinks: its size is its peak. */
  get memoryBytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /** Makes the interpreter poll at its next jump or call. */
  #pollSoon(): void {
    new DataView(this.#memory.buffer).setInt32(this.#image.pollCounter, 1, true);
  }

  // Entering the guest.

  evaluateScript(source: string, file: string): Promise<Completion> {
    const code = this.#text.allocate(source);
    const name = this.#text.allocate(file);
    const { context } = this.#image;
    return this.#enter(this.#enterEval, [context, code.pointer, code.bytes, name.pointer, 0, EVAL_FLAGS.asyncScript]);
  }

  /** Calls a function of the prelude. The arguments are given away. */
  async call(name: GuestFunction, ...args: readonly Pointer[]): Promise<Completion> {
    const { QTS_GetUndefined } = this.#engine;
    const { context, functions } = this.#image;
    const list = args.length === 0 ? 0 : this.#engine.malloc(4 * args.length);
    args.forEach((arg, i) => this.#text.setPointer(list + 4 * i, arg));
    const completion = await this.#enter(this.#enterCall, [
      context,
      functions[name],
      QTS_GetUndefined(),
      args.length,
      list,
    ]);
    if (completion.threw || args.length === 0) return completion;
    for (const arg of args) this.free(arg);
    this.#engine.free(list);
    return completion;
  }

  /** Runs microtasks until none are left or one throws. */
  async runJobs(): Promise<Completion> {
    const contextOut = this.#engine.malloc(4);
    const allJobs = -1;
    const completion = await this.#enter(this.#enterJobs, [this.#image.runtime, allJobs, contextOut]);
    this.#engine.free(contextOut);
    if (completion.threw || isNumberTag(this.#text.tag(completion.value))) return completion;
    return { threw: true, error: completion.value };
  }

  async #enter<Args extends number[]>(entrance: (...args: Args) => Promise<Pointer>, args: Args): Promise<Completion> {
    if (this.#entered) throw new Error("the guest is entered already");
    this.#entered = true;
    try {
      const value = await entrance(...args);
      if (value === 0) {
        this.#parts.meter.end("memory");
        return { threw: true, error: this.#engine.QTS_GetUndefined() };
      }
      const error = this.#engine.QTS_ResolveException(this.#image.context, value);
      return error === 0 ? { threw: false, value } : { threw: true, error };
    } finally {
      this.#entered = false;
    }
  }

  // Values.

  newString(text: string): Pointer {
    return this.#text.newString(this.#image.context, text);
  }

  newNumber(value: number): Pointer {
    return this.#engine.QTS_NewFloat64(this.#image.context, value);
  }

  readString(value: Pointer): string | null {
    return this.#text.readString(this.#image.context, value);
  }

  /** A number; NaN for any other value. */
  readNumber(value: Pointer): number {
    return isNumberTag(this.#text.tag(value)) ? this.#engine.QTS_GetFloat64(this.#image.context, value) : Number.NaN;
  }

  /** True for null and undefined, which QuickJS throws when it has no memory left for an error. */
  isNullish(value: Pointer): boolean {
    const tag = this.#text.tag(value);
    return tag === 2 || tag === 3;
  }

  free(value: Pointer): void {
    this.#engine.QTS_FreeValuePointer(this.#image.context, value);
  }

  /** The frames of an error that QuickJS itself made. */
  framesOf(error: Pointer): string | null {
    const context = this.#image.context;
    return this.readString(this.#engine.QTS_GetProp(context, error, this.newString(FRAMES_PROPERTY)));
  }

  /**
   * The error with which QuickJS interrupted a function that nobody awaits, such as the program itself; null where the
   * guest did not get as far as that.
   */
  interruption(): Pointer | null {
    const promise = this.#rejectedAtEnd;
    return promise === null ? null : this.#engine.QTS_PromiseResult(this.#image.context, promise);
  }

  /** Why the first promise was rejected that has no handler by now; null where there is none. */
  unhandledRejection(): Pointer | null {
    const [first] = this.#unhandled.values();
    return first === undefined ? null : this.#engine.QTS_PromiseResult(this.#image.context, first.kept);
  }

  // What the guest asks of the host.

  interrupt(atPoll: number): number {
    return this.#parts.meter.onFuelSpent(atPoll === 1, this.#maySuspend(0));
  }

  /** @param ownDepth host functions that the guest leaves before it would be suspended */
  #maySuspend(ownDepth: number): boolean {
    return this.#entered && this.#hostDepth === ownDepth && canSuspend();
  }

  async suspend(): Promise<number> {
    if (this.#growsTo !== null) return this.#growInTurn(this.#growsTo);
    if (this.#loading !== null) return this.#loadInTurns(this.#loading);
    const forHostCall = this.#hostCallSuspends;
    this.#hostCallSuspends = false;
    const { meter, output } = this.#parts;
    output.flush();
    if (meter.sliceIsOver()) await meter.yield();
    const noValue = 0;
    return forHostCall ? noValue : meter.resume();
  }

  /** Memory that others hold now is waited for; a run that ended meanwhile gets none. */
  async #growInTurn(pages: number): Promise<number> {
    this.#growsTo = null;
    const { meter, output, share } = this.#parts;
    output.flush();
    await meter.waitFor(share.wait());
    return meter.endedBy === null ? this.#growTo(pages) : 0;
  }

  now(): number {
    return this.#parts.meter.readClock();
  }

  resizeHeap(bytes: number): number {
    const current = this.#memory.buffer.byteLength / WASM_PAGE_BYTES;
    const needed = Math.ceil(bytes / WASM_PAGE_BYTES);
    const wanted = Math.max(needed, current + Math.max(GROWTH_PAGES, current >> 2));
    const wasEnded = this.#parts.meter.endedBy !== null;
    this.#parts.meter.place();
    // Stopped here: as where the guest was stopped while it waited for this memory.
    if (!wasEnded && this.#parts.meter.endedBy !== null) return 0;
    // A program that catches the refusal asks again at once, and an exception here would cost more than all its work.
    if (needed > this.#maximumPages) return this.#refuseMemory();
    const pages = Math.min(wanted, this.#maximumPages);
    this.#parts.meter.chargeGuest((pages - current) * PAGE_FUEL);
    if (this.#parts.share.take(pages * WASM_PAGE_BYTES, this.#maySuspend(0))) return this.#growTo(pages);
    const suspend = -1;
    this.#growsTo = pages;
    return suspend;
  }

  #growTo(pages: number): number {
    try {
      this.#memory.grow(pages - this.#memory.buffer.byteLength / WASM_PAGE_BYTES);
      return 1;
    } catch {
      return this.#refuseMemory();
    }
  }

  #refuseMemory(): number {
    this.#memoryRefused = true;
    return 0;
  }

  callFunction(argv: Pointer, id: number): Pointer {
    this.#hostDepth += 1;
    try {
      const argument = (index: number) => this.#engine.QTS_ArgvGetJSValueConstPointer(argv, index);
      switch (HOST_FUNCTIONS[id]) {
        case "write":
          return this.#write(this.readNumber(argument(0)) === 0 ? "stdout" : "stderr", argument(1));
        case "now":
          return this.newNumber(this.#parts.meter.readClock());
        case "input":
          return this.#input(argument(0));
        case "random":
          return this.newString(this.#parts.random.hex(Math.min(this.readNumber(argument(0)), 65_536)));
        case "call":
          return this.#call(this.readString(argument(0)), this.readString(argument(1)));
        case "giveUp":
          this.#parts.hostCalls.giveUp(this.readNumber(argument(0)));
          return 0;
        default:
          throw new Error(`there is no host function ${id}`);
      }
    } finally {
      this.#hostDepth -= 1;
    }
  }

  #write(stream: OutputStream, value: Pointer): Pointer {
    const [undefinedValue, suspend] = [0, -1];
    const { meter, output } = this.#parts;
    // A program that has reached its output limit goes on to its next check: what it writes until then is counted.
    if (meter.endedBy !== null && meter.endedBy !== "output") return undefinedValue;
    const accepted = this.#text.withBytes(this.#image.context, value, (utf8) => output.write(stream, utf8));
    if (meter.endedBy !== null) return undefinedValue;
    if (accepted === false) meter.end("output");
    meter.place();
    if (meter.endedBy === null && output.isFull && this.#maySuspend(1)) {
      this.#hostCallSuspends = true;
      return suspend;
    }
    return undefinedValue;
  }

  /** Undefined where the run has no host call left, or an argument is no string. */
  #call(capability: string | null, input: string | null): Pointer {
    const { meter, hostCalls } = this.#parts;
    if (meter.endedBy !== null || capability === null || input === null) return 0;
    meter.charge(hostCallFuel(input));
    const call = meter.endedBy === null ? hostCalls.start(capability, input) : null;
    if (call !== null) return this.newNumber(call);
    meter.end("host-calls");
    return 0;
  }

  #input(what: Pointer): Pointer {
    const text = this.#parts.readInput(this.readString(what) ?? "");
    return text === undefined ? 0 : this.newString(text);
  }

  normalizeModule(base: Pointer, specifier: Pointer): Pointer {
    return this.#fromHost(() => {
      const name = this.#parts.loader.resolve(this.#text.readName(base), this.#text.readName(specifier));
      return this.#text.allocate(name).pointer;
    });
  }

  loadModule(name: Pointer): Pointer {
    const suspend = -1;
    const steps = this.#parts.loader.source(this.#text.readName(name));
    return this.#module(() => {
      const first = steps.next();
      if (first.done) return first.value;
      this.#parts.meter.place();
      if (this.#parts.meter.endedBy !== null) return null;
      if (!this.#maySuspend(1)) return atOnce(steps);
      this.#loading = steps;
      return suspend;
    });
  }

  /** A long file is prepared while the guest waits, and others run. */
  async #loadInTurns(steps: Steps<string>): Promise<Pointer> {
    this.#loading = null;
    const { meter, output } = this.#parts;
    output.flush();
    try {
      const source = await meter.inTurns(steps);
      return this.#module(() => source);
    } catch (error) {
      return this.#module(() => {
        throw error;
      });
    }
  }

  /** Hands a module over: its source, or why it cannot be loaded. A run that ended meanwhile gets an empty one. */
  #module(source: () => string | Pointer | null): Pointer {
    return this.#fromHost(() => {
      try {
        const answer = source();
        return typeof answer === "number" ? answer : this.#text.allocate(answer ?? "").pointer;
      } catch (error) {
        if (!(error instanceof LoadFailure)) throw error;
        this.#throwInGuest(error);
        return 0;
      }
    });
  }

  #fromHost(answer: () => Pointer): Pointer {
    this.#hostDepth += 1;
    try {
      return answer();
    } finally {
      this.#hostDepth -= 1;
    }
  }

  #throwInGuest({ error }: LoadFailure): void {
    const context = this.#image.context;
    const value = this.#engine.QTS_NewError(context);
    this.#engine.QTS_SetProp(context, value, this.newString("name"), this.newString(error.name));
    this.#engine.QTS_SetProp(context, value, this.newString("message"), this.newString(error.message));
    this.#engine.QTS_Throw(context, value);
  }

  promiseRejection(promise: bigint, handled: boolean): void {
    if (handled) return this.#rejectionHandled(promise);
    if (this.#unhandled.size >= UNHANDLED_REJECTIONS) return this.#parts.meter.end("memory");
    const borrowed = this.#engine.malloc(8);
    if (borrowed === 0) return this.#parts.meter.end("memory");
    new DataView(this.#memory.buffer).setBigInt64(borrowed, promise, true);
    const kept = this.#engine.QTS_DupValuePointer(this.#image.context, borrowed);
    this.#engine.free(borrowed);
    if (this.#parts.meter.endedBy !== null) {
      this.#rejectedAtEnd ??= kept;
      return;
    }
    const reason = this.#objectReason(kept);
    this.#unhandled.set(promise, { kept, reason, before: this.#lastRejected });
    this.#lastRejected = promise;
  }

  #rejectionHandled(promise: bigint): void {
    const rejection = this.#forget(promise);
    if (rejection === undefined || rejection.reason === null || rejection.before === null) return;
    // A module that throws rejects a promise of the engine's own, which no program can reach, directly before its import's.
    if (this.#unhandled.get(rejection.before)?.reason === rejection.reason) this.#forget(rejection.before);
  }

  #forget(promise: bigint): Rejection | undefined {
    const rejection = this.#unhandled.get(promise);
    if (rejection !== undefined) this.free(rejection.kept);
    this.#unhandled.delete(promise);
    return rejection;
  }

  /** The identity of the object with which a promise was rejected; null for any other reason. */
  #objectReason(promise: Pointer): bigint | null {
    const reason = this.#engine.QTS_PromiseResult(this.#image.context, promise);
    const isObject = this.#text.tag(reason) === TAGS.object;
    const identity = isObject ? new DataView(this.#memory.buffer).getBigInt64(reason, true) : null;
    this.free(reason);
    return identity;
  }
}
