/**
 * One run from its program to its outcome: prepares the source, enters the guest turn by turn, and says how it ended.
 * Invariant: whatever the guest does becomes an outcome; what is thrown from here is a bug of the host.
 */
import type { DroppedOutput } from "../../domain/dropped-output.ts";
import type { GuestOutcome, LimitName, ProgramError } from "../../domain/guest-outcome.ts";
import type { GuestRequest, GuestResult } from "../engine.ts";
import { type Answered, HostCalls } from "../host-calls.ts";
import { type Journal, type JournalPort, JournalReader, JournalWriter } from "../journal.ts";
import type { MemoryGate } from "../memory-gate.ts";
import type { Pointer } from "./abi.ts";
import { ENGINE_VERSION } from "./artifact.ts";
import { atLoop, NO_POSITION, positionOf, programError, readThrown, type Thrown } from "./errors.ts";
import { INTL_SOURCE } from "./generated/intl.ts";
import { type GuestFunction, type ImageAddresses, PROGRAM_FAILED, UNSETTLED } from "./guest-interface.ts";
import { canSuspend, EngineFault } from "./imports.ts";
import { type Completion, Isolate } from "./isolate.ts";
import { hostCallFuel, limitError } from "./limits.ts";
import { readResult } from "./marshal.ts";
import { MemoryShare } from "./memory-share.ts";
import { Killed, Meter } from "./meter.ts";
import { LoadFailure, ModuleLoader } from "./module-loader.ts";
import { Output } from "./output.ts";
import { SeededRandom } from "./random.ts";
import type { SliceQueue } from "./slice-queue.ts";
import type { Steps } from "./steps.ts";

/** What the runs of one isolate have in common. */
export interface Shared {
  readonly memory: MemoryGate;
  readonly slices: SliceQueue;
}

export async function runProgram(
  module: WebAssembly.Module,
  image: ImageAddresses,
  request: GuestRequest,
  shared: Shared,
): Promise<GuestResult> {
  const share = new MemoryShare(shared.memory, request);
  try {
    await share.wait();
    const seen = { ...request, clock: share.clock };
    return await runInTurn(new JavaScriptRun(module, image, seen, share, shared.slices));
  } finally {
    share.release();
  }
}

async function runInTurn(run: JavaScriptRun): Promise<GuestResult> {
  try {
    const outcome = await run.execute();
    return { outcome, usage: run.usage(), journal: run.journal(), dropped: run.dropped() };
  } finally {
    run.dispose();
  }
}

class JavaScriptRun {
  readonly #module: WebAssembly.Module;
  readonly #image: ImageAddresses;
  readonly #request: GuestRequest;
  readonly #meter: Meter;
  readonly #output: Output;
  readonly #loader: ModuleLoader;
  readonly #journal: JournalPort;
  readonly #hostCalls: HostCalls;
  readonly #share: MemoryShare;
  #isolate: Isolate | null = null;

  constructor(
    module: WebAssembly.Module,
    image: ImageAddresses,
    request: GuestRequest,
    share: MemoryShare,
    slices: SliceQueue,
  ) {
    this.#share = share;
    this.#module = module;
    this.#image = image;
    this.#request = request;
    const { replay, clock, limits, signal } = request;
    this.#journal = replay === null ? new JournalWriter(clock.now()) : new JournalReader(replay);
    this.#meter = new Meter(limits, clock, signal, this.#journal, { slices, pauses: canSuspend() });
    this.#hostCalls = new HostCalls(request.capabilities, limits.hostCalls, this.#journal);
    this.#output = new Output(request.limits.outputBytes, request.onOutput);
    this.#loader = new ModuleLoader(request.program, (fuel) => this.#meter.charge(fuel));
  }

  dispose(): void {
    this.#meter.dispose();
    this.#hostCalls.dispose();
  }

  usage(): GuestResult["usage"] {
    return {
      fuel: this.#meter.fuelUsed,
      memoryBytes: this.#isolate?.memoryBytes ?? 0,
      wallMs: this.#meter.wallMs,
      outputBytes: this.#output.bytes,
      hostCalls: this.#hostCalls.count,
    };
  }

  journal(): Journal {
    return this.#journal.journal(ENGINE_VERSION);
  }

  dropped(): DroppedOutput {
    return this.#output.dropped;
  }

  async execute(): Promise<GuestOutcome> {
    try {
      const outcome = await this.#execute();
      this.#meter.checkFuel();
      // A kill that came with the last turn still counts: what it interrupted may have seemed to end well.
      return this.#meter.endedBy === null ? outcome : this.#ended();
    } catch (error) {
      return this.#afterHostError(error);
    } finally {
      this.#output.flush();
    }
  }

  async #execute(): Promise<GuestOutcome> {
    if (this.#meter.endedBy !== null) return this.#ended();
    const { program } = this.#request;
    const asModule = await this.#prepare(this.#loader.entryIsModule());
    if (asModule === null) return this.#ended();
    const script = asModule ? "" : await this.#prepare(this.#loader.source(program.entry));
    if (script === null) return this.#ended();
    const isolate = this.#start();
    const refused = await this.#grant(isolate);
    if (refused !== null) return refused;
    const failure = asModule
      ? await this.#turn(isolate.call("importEntry", isolate.newString(program.entry)))
      : await this.#evaluate(isolate, script);
    return failure ?? (await this.#runToEnd(isolate)) ?? this.#result(isolate, asModule);
  }

  /** Reads a file before there is a guest. Null where the run ended first. */
  async #prepare<T>(steps: Steps<T>): Promise<T | null> {
    const first = steps.next();
    if (first.done) return first.value;
    this.#meter.place();
    return this.#meter.inTurns(steps);
  }

  async #grant(isolate: Isolate): Promise<GuestOutcome | null> {
    const names = this.#request.capabilities.map(({ name }) => name);
    return names.length === 0 ? null : this.#turn(isolate.call("grant", isolate.newString(JSON.stringify(names))));
  }

  #start(): Isolate {
    const { limits, seed } = this.#request;
    this.#isolate = new Isolate(this.#module, this.#image, {
      meter: this.#meter,
      output: this.#output,
      loader: this.#loader,
      random: new SeededRandom(seed),
      memoryBytes: Math.min(limits.memoryBytes, this.#share.most),
      share: this.#share,
      readInput: (what) => this.#readInput(what),
      hostCalls: this.#hostCalls,
    });
    return this.#isolate;
  }

  #readInput(what: string): string | undefined {
    const { args, files, stdin } = this.#request.program;
    if (what === "stdin") return JSON.stringify(stdin);
    if (what === "args") return JSON.stringify(args);
    if (what === "entry") return JSON.stringify(this.#request.program.entry);
    if (what === "context") return JSON.stringify(this.#request.context);
    if (what === "files") return JSON.stringify(Object.keys(files));
    if (what === "startedAt") return JSON.stringify(this.#journal.startedAt);
    if (what === "intl") return INTL_SOURCE;
    const name = what.startsWith("file:") ? what.slice("file:".length) : "";
    return Object.hasOwn(files, name) ? JSON.stringify(files[name]) : undefined;
  }

  /** Evaluates the entry as a script whose value the prelude watches. */
  async #evaluate(isolate: Isolate, source: string): Promise<GuestOutcome | null> {
    const completion = await isolate.evaluateScript(source, this.#request.program.entry);
    if (completion.threw) return this.#threw(isolate, completion.error);
    return this.#turn(isolate.call("watchScript", completion.value));
  }

  /** Runs microtasks, answers of the host and timers until none are left. Null means that the program came to its end. */
  async #runToEnd(isolate: Isolate): Promise<GuestOutcome | null> {
    for (;;) {
      const failure = await this.#turn(isolate.runJobs());
      if (failure !== null) return failure;
      // Of a promise that nobody handles.
      const rejection = isolate.unhandledRejection();
      if (rejection !== null) return this.#threw(isolate, rejection);
      const dueAt = await this.#nextTimerAt(isolate);
      if (dueAt === PROGRAM_FAILED) return this.#threw(isolate, await this.#valueOf(isolate, "failure"));
      // Also ends a program that made its own timers unreadable.
      const hasTimer = dueAt >= 0;
      if (!hasTimer && !this.#hostCalls.areWaiting) return null;
      await this.#wait(hasTimer ? dueAt : Number.POSITIVE_INFINITY);
      if (this.#meter.endedBy !== null) return this.#ended();
      const answered = this.#hostCalls.take();
      // A replay that took another way waits for an answer that never comes.
      if (answered === null && !hasTimer) return null;
      const thrown = await this.#turn(answered === null ? isolate.call("runTimer") : this.#settle(isolate, answered));
      if (thrown !== null) return thrown;
    }
  }

  /** Waits for the next timer or answer, and lets others run when the slice is over. */
  async #wait(dueAt: number): Promise<void> {
    const [meter, hostCalls] = [this.#meter, this.#hostCalls];
    meter.place();
    const isReady = () => hostCalls.haveAnswer;
    if (!isReady() && meter.now < dueAt) {
      this.#output.flush();
      await meter.sleepUntil(dueAt, isReady, () => hostCalls.arrival());
    }
    if (meter.endedBy === null && meter.sliceIsOver()) {
      this.#output.flush();
      await meter.yield();
    }
  }

  #settle(isolate: Isolate, { call, answer }: Answered): Promise<Completion> {
    const outcome = "value" in answer ? `"value":${answer.value}` : `"error":${JSON.stringify(answer.error)}`;
    this.#meter.charge(hostCallFuel(outcome));
    return isolate.call("settleCall", isolate.newString(`{"call":${call},${outcome}}`));
  }

  /** Waits for one entry into the guest. An outcome means that the run is over. */
  async #turn(entering: Promise<Completion>): Promise<GuestOutcome | null> {
    const completion = await entering;
    const isolate = this.#isolate!;
    if (completion.threw) return this.#threw(isolate, completion.error);
    if (this.#meter.endedBy !== null) return this.#ended();
    isolate.free(completion.value);
    return null;
  }

  async #result(isolate: Isolate, asModule: boolean): Promise<GuestOutcome> {
    const completion = await isolate.call("result");
    if (completion.threw) return this.#threw(isolate, completion.error);
    const text = isolate.readString(completion.value);
    const [evaluating, awaiting] = UNSETTLED;
    if (text === evaluating) return this.#neverSettles("top-level await never settles");
    if (text === awaiting && asModule) return this.#neverSettles("the promise of export default never settles");
    const result = readResult(text);
    if (result.kind === "value") return { kind: "completed", result: result.value };
    if (asModule) return this.#tooLarge();
    // A script's last expression is often a value that nobody asked for; its run does not fail for it.
    this.#output.write(
      "stderr",
      new TextEncoder().encode("The last expression's value is over 1 MiB and was left out.\n"),
    );
    return { kind: "completed", result: undefined };
  }

  #neverSettles(what: string): GuestOutcome {
    // Without memory the engine cannot make the job that would have settled it, and has nobody to tell.
    if (this.#isolate?.memoryRefused) return this.#limit("memory");
    const message = `${what}: nothing is left to run that could settle it`;
    const { entry: file } = this.#request.program;
    return threw({ category: "runtime", name: "Error", message, file, line: null, column: null, stack: null });
  }

  #tooLarge(): GuestOutcome {
    const message = "the value of export default is over 1 MiB as JSON: return less, or print it";
    const { entry: file } = this.#request.program;
    return threw({
      category: "resource",
      name: "ResultTooLarge",
      message,
      file,
      line: null,
      column: null,
      stack: null,
    });
  }

  /** Calls a function of the prelude that does not fail unless the run must end. */
  async #valueOf(isolate: Isolate, name: GuestFunction): Promise<Pointer> {
    const completion = await isolate.call(name);
    if (completion.threw) throw this.#isDoomed(isolate) ? new Killed(`${name} failed`) : new BrokenBuiltIn();
    return completion.value;
  }

  async #nextTimerAt(isolate: Isolate): Promise<number> {
    const value = await this.#valueOf(isolate, "nextTimerAt");
    const dueAt = isolate.readNumber(value);
    // A run of many turns would fill its memory with them.
    isolate.free(value);
    return dueAt;
  }

  /** True where a failure of the prelude is no wonder. */
  #isDoomed(isolate: Isolate): boolean {
    return this.#meter.endedBy !== null || isolate.memoryRefused;
  }

  async #threw(isolate: Isolate, error: Pointer): Promise<GuestOutcome> {
    // The error is QuickJS's own then: it says where the program was, and must not be handed to guest code.
    if (this.#meter.endedBy !== null) return this.#ended(error);
    if (isolate.memoryRefused && isolate.isNullish(error)) return this.#limit("memory");
    const description = await isolate.call("describeFailure", error);
    if (description.threw) {
      if (this.#meter.endedBy !== null) return this.#ended();
      if (isolate.memoryRefused) return this.#limit("memory");
      return threw(programError(readThrown(null), this.#request.program, this.#loader));
    }
    const thrown = readThrown(isolate.readString(description.value));
    const limit = limitOf(thrown, isolate.memoryRefused);
    if (limit !== null) return this.#limit(limit, thrown.stack);
    return threw(programError(thrown, this.#request.program, this.#loader));
  }

  /** The outcome of a run that the meter ended. */
  #ended(error: Pointer | null = null): GuestOutcome {
    const reason = this.#meter.endedBy;
    return reason === null || reason === "cancelled"
      ? { kind: "cancelled" }
      : this.#limit(reason, this.#endStack(error));
  }

  /** Where the program was when QuickJS interrupted it, as far as it is known. */
  #endStack(error: Pointer | null): string | null {
    try {
      const interruption = error ?? this.#isolate?.interruption() ?? null;
      return interruption === null ? null : (this.#isolate?.framesOf(interruption) ?? null);
    } catch (failure) {
      // Anything may be missing in a guest that was stopped in the middle of its work.
      if (failure instanceof Killed || failure instanceof WebAssembly.RuntimeError) return null;
      throw failure;
    }
  }

  #limit(limit: LimitName, stack: string | null = null): GuestOutcome {
    const error = limitError(limit, this.#request.limits);
    const position = positionOf({ name: error.name, message: error.message, stack }, this.#request.program);
    const isStopped = limit === "time" || limit === "fuel";
    return {
      kind: "limit",
      limit,
      error: { ...error, ...(isStopped ? atLoop(position, stack, this.#request.program) : position) },
    };
  }

  /** What reaches the host as an exception although the guest caused it. */
  #afterHostError(error: unknown): GuestOutcome {
    if (error instanceof LoadFailure) return threw(error.error);
    if (error instanceof BrokenBuiltIn) {
      const message = "the program replaced a built-in function that the sandbox itself needs";
      return threw({ category: "runtime", name: "Error", message, ...NO_POSITION });
    }
    if (error instanceof Killed) {
      // Memory may run out where only the host notices: while it hands a text over.
      return this.#meter.endedBy === null ? this.#limit("memory") : this.#ended();
    }
    if (error instanceof RangeError && /stack/i.test(error.message)) return this.#limit("stack");
    if (error instanceof WebAssembly.RuntimeError || error instanceof EngineFault) {
      if (this.#isolate?.memoryRefused) return this.#limit("memory");
      const message = `the engine failed: ${error.message}`;
      return threw({ category: "infrastructure", name: "EngineFault", message, ...NO_POSITION });
    }
    throw error;
  }
}

/** The prelude cannot do its work because of what the program did to it. */
class BrokenBuiltIn extends Error {}

const threw = (error: ProgramError): GuestOutcome => ({ kind: "threw", error });

/** QuickJS reports its own limits as errors that a program may catch; uncaught, they are what they say. */
function limitOf({ name, message }: Thrown, memoryRefused: boolean): LimitName | null {
  // The compilers of programs and of regular expressions call everything that stops them a SyntaxError.
  if (name !== "InternalError" && name !== "SyntaxError") return null;
  if (message === "stack overflow") return "stack";
  return memoryRefused && message === "out of memory" ? "memory" : null;
}
