/**
 * Meters one run: fuel, time, cancellation, and when to yield. Decides that a run must end and why; `isolate.ts` ends it.
 * Invariant: fuel is counted exactly and never depends on time. The clock decides only when the guest yields. What comes
 * from outside, the time and a stop, passes through the journal, so that a replay sees the same at the same places.
 */
import type { LimitName } from "../../domain/guest-outcome.ts";
import type { Clock } from "../../domain/ports.ts";
import type { Limits } from "../../domain/program.ts";
import type { JournalPort, StopReason } from "../journal.ts";
import { FUEL_QUANTUM, IDLE_CHECK_MS, SLICE_FUEL, SLICE_MS, UNWIND_FUEL } from "./limits.ts";
import type { SliceQueue } from "./slice-queue.ts";
import type { Steps } from "./steps.ts";

export type EndReason = LimitName | "cancelled";

/** Thrown through the guest when it does not unwind by itself. */
export class Killed extends Error {}

/** What the guest does next when its quantum is used up. */
export const VERDICT = { continue: 0, unwind: 1, suspend: 2 } as const;

/** A sleep under way: it is over when the run's clock shows `wakesAt`. */
interface Nap {
  readonly wakesAt: number;
  readonly over: Promise<true>;
}

/** A timer that was set when a slice began. */
interface Ahead {
  readonly dueAt: number;
  readonly over: Promise<void>;
  isOver: boolean;
}

export class Meter {
  readonly #startedAt: number;
  readonly #limits: Limits;
  readonly #slices: SliceQueue;
  readonly #pauses: boolean;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #journal: JournalPort;
  readonly #aborted: Promise<void>;
  #stopListening: () => void = () => undefined;
  /** The counter inside the guest, and what was put into it last. */
  #fuel: { value: number } = { value: 0 };
  #pollSoon: () => void = () => undefined;
  #granted = 0;
  #used = 0;
  #now: number;
  #sliceStartedAt: number;
  #fuelAtSliceStart = 0;
  #nap: Nap | null = null;
  #ahead: Ahead | null = null;
  #endedBy: EndReason | null = null;
  #unwindFuel = 0;
  #isUnwinding = false;
  /** Where the guest was when its fuel was used up last. */
  #isAtPoll = false;
  /** Time that does not count, because the guest could not go on for want of memory that others held. */
  #waitedMs = 0;

  /** @param pauses false where the runtime cannot suspend a guest */
  constructor(
    limits: Limits,
    clock: Clock,
    signal: AbortSignal,
    journal: JournalPort,
    { slices, pauses }: { readonly slices: SliceQueue; readonly pauses: boolean },
  ) {
    this.#slices = slices;
    this.#limits = limits;
    this.#pauses = pauses;
    this.#clock = clock;
    this.#signal = signal;
    this.#journal = journal;
    this.#now = clock.now();
    this.#startedAt = this.#now;
    this.#sliceStartedAt = this.#now;
    slices.begin(this.#now);
    this.#aborted = new Promise((resolve) => {
      const listener = () => resolve();
      signal.addEventListener("abort", listener, { once: true });
      this.#stopListening = () => signal.removeEventListener("abort", listener);
    });
    this.place();
  }

  /** The run's clock: it moves at yields only, and never backwards. */
  get now(): number {
    return this.#now;
  }

  /** What the guest sees when it looks at its clock. */
  readClock(): number {
    return this.#journal.readClock(this.#now);
  }

  /** Why the run must end; null while it may go on. */
  get endedBy(): EndReason | null {
    return this.#endedBy;
  }

  get fuelUsed(): number {
    return Math.min(this.#used + this.#outstanding(), this.#limits.fuel);
  }

  get wallMs(): number {
    return Math.max(this.#now, this.#clock.now()) - this.#startedAt - this.#waitedMs;
  }

  /**
   * Takes over the counter of a fresh instance.
   * @param pollSoon makes the guest poll at once, so that one that must end need not come to a poll by itself
   */
  attach(fuel: { value: number }, pollSoon: () => void): void {
    this.#fuel = fuel;
    this.#pollSoon = pollSoon;
    if (this.#endedBy === null) this.#grant();
    else fuel.value = 0;
  }

  dispose(): void {
    this.#stopListening();
  }

  /** Ends the run for a reason; the first reason stays. The guest notices at its next loop turn. */
  end(reason: EndReason): void {
    if (this.#endedBy !== null) return;
    this.#settle();
    this.#endedBy = reason;
    this.#fuel.value = 0;
  }

  /**
   * Called from inside the guest when its fuel is used up.
   * @throws Killed where the guest was told to end and did not.
   */
  onFuelSpent(atPoll: boolean, maySuspend: boolean): number {
    if (this.#endedBy !== null) return this.#unwind(atPoll);
    this.#settle();
    if (this.#used > this.#limits.fuel) this.end("fuel");
    else this.place();
    if (this.#endedBy !== null) return this.#unwind(atPoll);
    this.#grant();
    this.#isAtPoll = atPoll;
    if (maySuspend && this.sliceIsOver()) return VERDICT.suspend;
    // A guest that nothing can suspend must see time go by, and be ended by it, without a pause.
    if (!this.#pauses && this.sliceIsOver()) this.#beginSlice(0);
    return this.#endedBy === null ? VERDICT.continue : this.#unwind(atPoll);
  }

  /** The guest was suspended: goes on, unless the run ended meanwhile. The same as {@link onFuelSpent} says. */
  resume(): number {
    return this.#endedBy === null ? VERDICT.continue : this.#unwind(this.#isAtPoll);
  }

  /** The run comes to a place where it may be stopped from outside. */
  place(): void {
    const reason = this.#journal.nextPlace() ?? (this.#signal.aborted ? "cancelled" : null);
    if (reason !== null) this.#stop(reason);
  }

  /** Charges work that the host does for the guest. */
  charge(fuel: number): void {
    if (this.#endedBy !== null) return;
    this.#settle();
    this.#used += fuel;
    if (this.#used > this.#limits.fuel) this.end("fuel");
    else this.#grant();
  }

  /** Charges work within the guest, which pays for it at its next loop turn. */
  chargeGuest(fuel: number): void {
    if (this.#endedBy === null) this.#fuel.value -= fuel;
  }

  /** Ends a run whose last work, which no loop followed, went over the limit. */
  checkFuel(): void {
    this.charge(0);
  }

  sliceIsOver(): boolean {
    const now = this.#clock.now();
    const isClockStill = now === this.#sliceStartedAt;
    if (isClockStill && this.#used + this.#outstanding() - this.#fuelAtSliceStart >= SLICE_FUEL) return true;
    return now - this.#sliceStartedAt >= SLICE_MS || now >= this.#deadline;
  }

  /** The slice is over: lets everyone else run, then begins a new one. */
  async yield(): Promise<void> {
    // One that rang while the guest waited lets nobody have a turn now.
    const ahead = this.#ahead?.isOver === false ? this.#ahead : null;
    if (ahead) await ahead.over;
    await this.#newSlice(ahead?.dueAt ?? null);
  }

  async #newSlice(wokenAt: number | null): Promise<void> {
    await this.#turn(wokenAt);
    this.#beginSlice(0);
    this.#setAhead();
  }

  /** Does the host's work for the guest, and lets everyone else run between two steps. Null where the run ended first. */
  async inTurns<T>(steps: Steps<T>): Promise<T | null> {
    while (this.#endedBy === null) {
      // A step may be short: it does not wait for the timer of a whole slice.
      await this.#newSlice(null);
      if (this.#endedBy !== null) break;
      const step = steps.next();
      if (step.done) return step.value;
    }
    return null;
  }

  /** Sleeps until the run's clock shows `dueAt`, `isReady` after a `wake`, or the run must end. A replay does not wait. */
  async sleepUntil(dueAt: number, isReady: () => boolean, wake: () => Promise<void>): Promise<void> {
    while (this.#endedBy === null && !this.#journal.isReplay && this.#now < dueAt && !isReady()) {
      const nap = this.#napUntil(Math.min(dueAt, this.#deadline, this.#now + IDLE_CHECK_MS));
      const isOver = await Promise.race([nap.over, this.#aborted, wake()]);
      // What woke the run may have come without anybody else having had a turn: the slice goes on.
      if (isOver !== true) this.#lookAround(0);
      else {
        await this.#turn(nap.wakesAt);
        // A clock that stood still meanwhile must not keep a timer from ever being due.
        this.#beginSlice(nap.wakesAt);
      }
    }
  }

  async #turn(wokenAt: number | null): Promise<void> {
    await this.#slices.next({ clock: this.#clock, deadline: this.#deadline, signal: this.#signal, wokenAt });
  }

  /** Waits for what others hold. The time counts for nothing. */
  async waitFor(wait: Promise<void>): Promise<void> {
    const from = this.#clock.now();
    await wait;
    this.#waitedMs += this.#clock.now() - from;
    this.#beginSlice(0);
  }

  /** It rings while the guest computes: at the end of the slice others have their turn, and no time is lost with waiting. */
  #setAhead(): void {
    const ms = SLICE_MS / 2;
    const over = this.#clock.sleep(ms).then(() => {
      ahead.isOver = true;
    });
    const ahead: Ahead = { dueAt: this.#sliceStartedAt + ms, over, isOver: false };
    this.#ahead = ahead;
  }

  /** A nap that is under way serves again: else each call that is answered at once would leave a timer behind. */
  #napUntil(until: number): Nap {
    const known = this.#nap;
    if (known !== null && known.wakesAt > this.#now && known.wakesAt <= until) return known;
    const ms = Math.max(0, until - this.#now);
    const nap = { wakesAt: this.#now + ms, over: this.#clock.sleep(ms).then(() => true as const) };
    this.#nap = nap;
    return nap;
  }

  #beginSlice(notBefore: number): void {
    this.#sliceStartedAt = this.#clock.now();
    this.#slices.begin(this.#sliceStartedAt);
    this.#fuelAtSliceStart = this.#used + this.#outstanding();
    this.#lookAround(notBefore);
  }

  #lookAround(notBefore: number): void {
    this.#now = Math.max(this.#clock.now(), this.#now, notBefore);
    if (this.#signal.aborted) this.#stop("cancelled");
    else if (this.#now >= this.#deadline) this.#stop("time");
  }

  #stop(reason: StopReason): void {
    if (this.#endedBy !== null) return;
    this.#journal.stopped(reason);
    this.end(reason);
  }

  /** On the run's clock. A replay has none: it ends where the run did. */
  get #deadline(): number {
    if (this.#journal.isReplay) return Number.POSITIVE_INFINITY;
    return this.#startedAt + this.#limits.timeoutMs + this.#waitedMs;
  }

  #unwind(atPoll: boolean): number {
    // A turn may be a large copy, which is charged by its size.
    this.#unwindFuel += atPoll ? 1 : Math.max(1, -this.#fuel.value);
    if (this.#unwindFuel > UNWIND_FUEL) throw new Killed(`stopped: ${this.#endedBy}`);
    this.#fuel.value = 0;
    // Until the first one: while it unwinds, the interpreter calls functions of its own, which a poll would make fail.
    if (atPoll) this.#isUnwinding = true;
    else if (!this.#isUnwinding) this.#pollSoon();
    return atPoll ? VERDICT.unwind : VERDICT.continue;
  }

  #grant(): void {
    this.#granted = Math.min(FUEL_QUANTUM, this.#limits.fuel - this.#used);
    this.#fuel.value = this.#granted;
  }

  #settle(): void {
    this.#used += this.#outstanding();
    this.#granted = 0;
    this.#fuel.value = 0;
  }

  #outstanding(): number {
    return this.#endedBy === null ? this.#granted - this.#fuel.value : 0;
  }
}
