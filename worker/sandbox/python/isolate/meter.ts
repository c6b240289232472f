/**
 * Meters the one run of this isolate: fuel, slices, and the moments at which it speaks with its host.
 * Invariant: when the guest pauses depends on its fuel and its output alone, so that a run with the same answers is the
 * same run. The guest's clock moves only with an answer.
 */
import type { Answer, Exchange, PythonHost } from "../protocol.ts";
import type { Output } from "./output.ts";
import { isolateClock } from "./stand-ins.ts";

/** Fuel between two exchanges: some 4 to 12 ms of work. */
const SLICE_FUEL = 500_000;
/** What an exchange costs that a program asks for: it is some 0.2 ms of work. */
const EXCHANGE_FUEL = 2_000;
/** Fuel between two looks at the isolate's own clock. */
const QUANTUM_FUEL = 50_000;
/** A slice that is over where the guest cannot be suspended ends so much later. */
const RETRY_FUEL = 1_000;
/** Others that share the thread wait no longer than this, as far as that clock tells. */
const YIELD_MS = 5;
/**
 * After a stop the guest may go on for so many quanta, so that Python can unwind and tell where it was: that takes one or
 * two. A C function that does not ask for interrupts is killed when they are used up.
 */
const UNWIND_QUANTA = 24;
/** After so many of them Python is interrupted again: it may have caught the first one. */
const INTERRUPT_QUANTA = 8;

export type StopReason = "host" | "fuel" | "output" | "memory" | "stack";

/** Thrown through the guest when it does not unwind by itself. */
export class Killed extends Error {}

/** The part of the instance's exports that is metered. */
export interface MeteredExports {
  readonly fuel: { value: number };
  readonly on_fuel_spent: { value: unknown };
}

const SIGNAL_INTERRUPT = 2;
const SLEEP_MS_MAX = 86_400_000;
const UNMETERED = 2 ** 31 - 1;
const [GO_ON, PAUSE] = [0, 1] as const;
const MICROSECONDS = 1_000;

export class Meter {
  readonly #host: PythonHost;
  readonly #output: Output;
  readonly #fuelLimit: number;
  #fuel: { value: number } = { value: UNMETERED };
  #granted = 0;
  #used = 0;
  #sliceEndsAt = 0;
  #yieldedAt = 0;
  #unwindQuanta = 0;
  #isRunning = false;
  #stopped: StopReason | null = null;
  #interrupts = false;
  /** The guest's clock in microseconds. Each look moves it by one, because programs divide by differences. */
  #clockUs = 0;
  #startedUs = 0;
  /** What the host showed last, in microseconds. */
  #shownUs = 0;
  #looked = false;
  #sleepMs: number | null = null;
  #answer: Answer | null = null;
  /** Whether the guest is about to be suspended. It is not, where JavaScript lies between it and its entry. */
  #isPausing = false;
  /** Whether the guest may be suspended where it is now. */
  canSuspend: () => boolean = () => false;

  constructor(host: PythonHost, output: Output, fuelLimit: number) {
    this.#host = host;
    this.#output = output;
    this.#fuelLimit = fuelLimit;
  }

  get stopped(): StopReason | null {
    return this.#stopped;
  }

  get fuelUsed(): number {
    return Math.min(this.#used + this.#outstanding(), this.#fuelLimit);
  }

  /** Sets the guest's clock: the run begins now, in milliseconds since 1970. */
  begin(now: number): void {
    this.#startedUs = Math.round(now * MICROSECONDS);
    this.#clockUs = this.#startedUs;
    this.#shownUs = this.#startedUs;
    this.#looked = false;
  }

  /** What the guest's clock showed last, in milliseconds since 1970. */
  get lastShownMs(): number {
    return this.#clockUs / MICROSECONDS;
  }

  /** The guest looks at its clock, in microseconds since 1970. */
  look(): number {
    this.#looked = true;
    this.#clockUs += 1;
    return this.#clockUs;
  }

  /** The guest looks at its clock, in microseconds since it began. */
  lookSinceStart(): number {
    return this.look() - this.#startedUs;
  }

  attach(exports: MeteredExports, module: WebAssembly.Module): void {
    this.#fuel = exports.fuel;
    this.#fuel.value = UNMETERED;
    const { Suspending } = WebAssembly as unknown as { Suspending: new (pause: () => Promise<void>) => () => void };
    const suspend = new Suspending(() => this.#pause());
    const imports = { host: { spent: () => this.#spent(), suspend, resumed: () => this.#resumed() } };
    exports.on_fuel_spent.value = new WebAssembly.Instance(module, imports).exports["on_fuel_spent"];
  }

  /** From here on the guest's work counts. */
  start(): void {
    this.#isRunning = true;
    this.#yieldedAt = isolateClock.now();
    this.#sliceEndsAt = this.#used + SLICE_FUEL;
    this.#grant();
  }

  /** The guest's work counts no longer. The last of it may have been too much. */
  finish(): void {
    if (!this.#isRunning) return;
    this.#settle();
    if (this.#used > this.#fuelLimit) this.#stopped ??= "fuel";
    this.#isRunning = false;
    this.#fuel.value = UNMETERED;
  }

  /** Ends the run; the first reason stays. */
  stop(reason: StopReason): void {
    if (this.#stopped !== null || !this.#isRunning) return;
    this.#settle();
    this.#stopped = reason;
    this.#interrupts = true;
    this.#fuel.value = QUANTUM_FUEL;
  }

  /** Asked by Python again and again: the number of a signal that has come, or 0. */
  pendingSignal(): number {
    if (!this.#interrupts) return 0;
    this.#interrupts = false;
    return SIGNAL_INTERRUPT;
  }

  /** Counts work that is done for the guest outside of its loops: some 50 ns for each unit. */
  charge(units: number): void {
    if (this.#isRunning && this.#stopped === null) this.#fuel.value -= Math.min(Math.ceil(units), QUANTUM_FUEL);
  }

  /** Output waits: the slice ends at the next loop turn. */
  endSlice(): void {
    if (!this.#isRunning || this.#stopped !== null) return;
    this.#settle();
    this.#sliceEndsAt = this.#used;
    this.#fuel.value = 0;
  }

  /** The guest sleeps from its next loop turn on. A program that finds this function may hand over anything. */
  beginSleep(ms: number): void {
    if (!this.#isRunning || this.#stopped !== null) return;
    this.charge(EXCHANGE_FUEL);
    // By its looks the guest's clock is ahead of what the host showed last.
    const wanted = Math.ceil(Number(ms) + (this.#clockUs - this.#shownUs) / MICROSECONDS);
    this.#sleepMs = Math.min(Math.max(0, wanted || 0), SLEEP_MS_MAX);
    this.endSlice();
  }

  /** Also until an interrupt that came meanwhile was noticed: the program must not go on behind its sleep. */
  get isSleeping(): boolean {
    return this.#sleepMs !== null || this.#interrupts;
  }

  /** What the last exchange says, which is part of the report. */
  last(): Exchange {
    return { output: this.#output.take(), fuel: this.fuelUsed, looked: this.#looked, sleepMs: this.#sleepMs ?? 0 };
  }

  #spent(): number {
    if (!this.#isRunning) {
      this.#fuel.value = UNMETERED;
      return GO_ON;
    }
    if (this.#stopped !== null) return this.#unwind();
    this.#settle();
    if (this.#used >= this.#fuelLimit) {
      this.stop("fuel");
      return GO_ON;
    }
    if (this.canSuspend() && (this.#sliceIsOver() || this.#othersWait())) return PAUSE;
    this.#grant();
    return GO_ON;
  }

  #unwind(): number {
    this.#unwindQuanta += 1;
    if (this.#unwindQuanta > UNWIND_QUANTA) throw new Killed(`stopped: ${this.#stopped}`);
    if (this.#unwindQuanta % INTERRUPT_QUANTA === 0) this.#interrupts = true;
    this.#fuel.value = QUANTUM_FUEL;
    return this.canSuspend() && this.#othersWait() ? PAUSE : GO_ON;
  }

  #othersWait(): boolean {
    return isolateClock.now() - this.#yieldedAt >= YIELD_MS;
  }

  #sliceIsOver(): boolean {
    return this.#used >= this.#sliceEndsAt;
  }

  /** Speaks with the host where the slice is over, which depends on fuel alone; otherwise only lets others in. */
  async #pause(): Promise<void> {
    this.#isPausing = true;
    await null;
    // Where the guest could not be suspended, it has gone on by now: the exchange must wait for the next time.
    if (!this.#isPausing) return;
    if (this.#stopped === null && this.#sliceIsOver()) {
      const said = this.last();
      this.#looked = false;
      this.#answer = await this.#host.exchange(said);
    } else await isolateClock.sleep(0);
    this.#yieldedAt = isolateClock.now();
  }

  #resumed(): void {
    this.#isPausing = false;
    const answer = this.#answer;
    this.#answer = null;
    if (answer !== null) {
      this.#shownUs = Math.round(answer.now * MICROSECONDS);
      this.#clockUs = Math.max(this.#clockUs, this.#shownUs);
      this.#sleepMs = null;
      if (answer.stop) return this.stop("host");
      this.#sliceEndsAt = this.#used + SLICE_FUEL;
    }
    if (this.#stopped === null) this.#grant();
  }

  #grant(): void {
    const left = this.#sliceEndsAt - this.#used;
    this.#granted = Math.min(left > 0 ? left : RETRY_FUEL, QUANTUM_FUEL, this.#fuelLimit - this.#used);
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
