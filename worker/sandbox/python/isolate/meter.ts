/**
 * Meters the one run of this isolate: fuel, slices, and the moments at which it speaks with its host.
 * Invariant: when the guest pauses depends on its fuel and its output alone, so that a run with the same answers is the
 * same run. The guest's clock moves only with an answer.
 */
import type { Answer, Exchange, PythonHost } from "../protocol.ts";
import type { Output } from "./output.ts";

/** Fuel between two exchanges: some 5 to 20 ms of work. */
const SLICE_FUEL = 2_000_000;
/** After a stop the guest may go on for so many loop turns, so that Python can unwind and tell where it was. */
const UNWIND_FUEL = 3_000_000;
/** Each time that so much of it is used up, Python is interrupted again. */
const INTERRUPT_FUEL = 500_000;
/** Two looks at the clock never show the same time: programs divide by the difference. */
const LOOK_MS = 0.001;

export type StopReason = "host" | "fuel" | "output" | "memory" | "stack";

/** Thrown through the guest when it does not unwind by itself. */
export class Killed extends Error {}

/** The part of the instance's exports that is metered. */
export interface MeteredExports {
  readonly fuel: { value: number };
  readonly on_fuel_spent: { value: unknown };
}

const SIGNAL_INTERRUPT = 2;
const UNMETERED = 2 ** 31 - 1;

export class Meter {
  readonly #host: PythonHost;
  readonly #output: Output;
  readonly #fuelLimit: number;
  #fuel: { value: number } = { value: UNMETERED };
  #granted = 0;
  #used = 0;
  #unwound = 0;
  #isRunning = false;
  #stopped: StopReason | null = null;
  #interrupts = false;
  #now: number;
  #looks = 0;
  #answer: Answer | null = null;
  /** Whether the guest may be suspended where it is now. */
  canSuspend: () => boolean = () => false;

  constructor(host: PythonHost, output: Output, fuelLimit: number, startedAt: number) {
    this.#host = host;
    this.#output = output;
    this.#fuelLimit = fuelLimit;
    this.#now = startedAt;
  }

  get stopped(): StopReason | null {
    return this.#stopped;
  }

  get fuelUsed(): number {
    return Math.min(this.#used + this.#outstanding(), this.#fuelLimit);
  }

  /** The guest's clock. */
  now(): number {
    this.#looks += 1;
    return this.#now + this.#looks * LOOK_MS;
  }

  attach(exports: MeteredExports, module: WebAssembly.Module): void {
    this.#fuel = exports.fuel;
    this.#fuel.value = UNMETERED;
    const suspend = new (WebAssembly as unknown as { Suspending: new (f: () => Promise<void>) => () => void }).Suspending(
      () => this.#exchange(0),
    );
    const imports = { host: { spent: () => this.#spent(), suspend, resumed: () => this.#resumed() } };
    exports.on_fuel_spent.value = new WebAssembly.Instance(module, imports).exports["on_fuel_spent"];
  }

  /** From here on the guest's work counts. */
  start(): void {
    this.#isRunning = true;
    this.#grant();
  }

  finish(): void {
    this.#settle();
    this.#isRunning = false;
    this.#fuel.value = UNMETERED;
  }

  /** Ends the run; the first reason stays. */
  stop(reason: StopReason): void {
    if (this.#stopped !== null || !this.#isRunning) return;
    this.#settle();
    this.#stopped = reason;
    this.#interrupts = true;
    this.#fuel.value = INTERRUPT_FUEL;
  }

  /** Asked by Python again and again: the number of a signal that has come, or 0. */
  pendingSignal(): number {
    if (!this.#interrupts) return 0;
    this.#interrupts = false;
    return SIGNAL_INTERRUPT;
  }

  /** Output waits: ends the slice at the next loop turn. */
  endSlice(): void {
    if (!this.#isRunning || this.#stopped !== null) return;
    this.#settle();
    this.#fuel.value = 0;
  }

  async sleep(ms: number): Promise<void> {
    await this.#exchange(ms);
    this.#resumed();
  }

  /** What the last exchange says, which is part of the report. */
  last(): Exchange {
    return { output: this.#output.take(), fuel: this.fuelUsed, looked: this.#looks > 0, sleepMs: 0 };
  }

  #spent(): number {
    if (!this.#isRunning) {
      this.#fuel.value = UNMETERED;
      return 0;
    }
    if (this.#stopped !== null) {
      this.#unwound += INTERRUPT_FUEL;
      if (this.#unwound > UNWIND_FUEL) throw new Killed(`stopped: ${this.#stopped}`);
      this.#interrupts = true;
      this.#fuel.value = INTERRUPT_FUEL;
      return 0;
    }
    this.#settle();
    if (this.#used >= this.#fuelLimit) {
      this.stop("fuel");
      return 0;
    }
    if (this.canSuspend()) return 1;
    this.#grant();
    return 0;
  }

  async #exchange(sleepMs: number): Promise<void> {
    const { output, fuel, looked } = this.last();
    this.#looks = 0;
    this.#answer = await this.#host.exchange({ output, fuel, looked, sleepMs });
  }

  #resumed(): void {
    const answer = this.#answer;
    this.#answer = null;
    if (answer !== null) {
      this.#now = answer.now;
      if (answer.stop) return this.stop("host");
    }
    if (this.#stopped === null) this.#grant();
  }

  #grant(): void {
    this.#settle();
    this.#granted = Math.min(SLICE_FUEL, this.#fuelLimit - this.#used);
    this.#fuel.value = this.#granted;
  }

  #settle(): void {
    this.#used += this.#outstanding();
    this.#granted = 0;
  }

  #outstanding(): number {
    return this.#granted === 0 ? 0 : this.#granted - this.#fuel.value;
  }
}
