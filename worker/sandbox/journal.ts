/**
 * The journal of a run: everything that the guest took from outside itself, in the order in which it took it. Together
 * with the program, its input, the seed and the limits it determines the run to the last unit of fuel and byte of output.
 * An engine writes it while a program runs, and reads it when the run is replayed; it asks the same {@link JournalPort}
 * either way.
 *
 * A *place* is a point in a run that depends on the program alone, at which something from outside may reach it. An
 * engine counts its places from 1.
 */

/** From the `read`-th time that the guest looks at its clock (from 0) it shows `ms` since 1970, until the next entry. */
export type ClockReading = readonly [read: number, ms: number];

/** What came of one host call: JSON text, or the error that the guest saw instead. */
export type HostAnswer = { readonly value: string } | { readonly error: HostError };

export interface HostError {
  readonly name: string;
  readonly message: string;
}

export interface HostCallEntry {
  readonly capability: string;
  /** As JSON text. */
  readonly input: string;
  /** Null where the run ended first. */
  readonly answer: HostAnswer | null;
  /** The place at which the guest was given the answer; null without one. */
  readonly answeredAt: number | null;
}

export type StopReason = "time" | "cancelled";

/** The end that came from outside: not the guest's own doing, so a replay must be told. */
export interface Stop {
  readonly reason: StopReason;
  readonly at: number;
}

/**
 * So many different times a guest's clock shows as exactly as it goes; from then on it moves in steps. In five minutes, the
 * longest that a run may take, that makes 35,000 readings at most, some 800 KB of text, instead of one each millisecond.
 */
const FINE_READINGS = 20_000;
const COARSE_MS = 20;

/** Whether a guest's clock, which shows `shown` and has shown so many different times, shows `now` when it is looked at. */
export function clockMoves(readings: number, shown: number, now: number): boolean {
  return now !== shown && (readings < FINE_READINGS || now - shown >= COARSE_MS);
}

export interface Journal {
  /** The engine that wrote it, as in `Engine.version`. Another engine may count differently. */
  readonly engine: string;
  /** In milliseconds since 1970. */
  readonly startedAt: number;
  readonly clock: readonly ClockReading[];
  /** In the order in which the guest made them. */
  readonly hostCalls: readonly HostCallEntry[];
  readonly stop: Stop | null;
}

/** What an engine asks on behalf of its guest. The answers are made now, or come from an earlier run's journal. */
export interface JournalPort {
  /** Whether the run is a replay: nothing is waited for then, and nobody is called. */
  readonly isReplay: boolean;
  readonly startedAt: number;
  /** The guest looks at its clock, which shows `now` as far as {@link clockMoves}, or what it showed in an earlier run. */
  readClock(now: number): number;
  /** The run comes to its next place. Answers why it was stopped there in the run that is replayed. */
  nextPlace(): StopReason | null;
  /** The run is stopped from outside, at the place that it came to last. */
  stopped(reason: StopReason): void;
  /** The guest makes a host call. */
  called(capability: string, input: string): void;
  /** The guest is given the answer of its `call`-th host call, from 0, at the place that it came to last. */
  answered(call: number, answer: HostAnswer): void;
  /** The host call whose answer the guest was given at the last place in the run that is replayed; null for none. */
  answerHere(): { readonly call: number; readonly answer: HostAnswer } | null;
  journal(engine: string): Journal;
}

/** Writes the journal of a run that happens now. */
export class JournalWriter implements JournalPort {
  readonly isReplay = false;
  readonly startedAt: number;
  readonly #clock: ClockReading[] = [];
  readonly #hostCalls: HostCallEntry[] = [];
  #stop: Stop | null = null;
  #reads = 0;
  #shown = Number.NaN;
  #places = 0;

  constructor(startedAt: number) {
    this.startedAt = startedAt;
  }

  readClock(now: number): number {
    if (clockMoves(this.#clock.length, this.#shown, now)) {
      this.#clock.push([this.#reads, now]);
      this.#shown = now;
    }
    this.#reads += 1;
    return this.#shown;
  }

  nextPlace(): null {
    this.#places += 1;
    return null;
  }

  stopped(reason: StopReason): void {
    this.#stop ??= { reason, at: this.#places };
  }

  called(capability: string, input: string): void {
    this.#hostCalls.push({ capability, input, answer: null, answeredAt: null });
  }

  answered(call: number, answer: HostAnswer): void {
    this.#hostCalls[call] = { ...this.#hostCalls[call]!, answer, answeredAt: this.#places };
  }

  answerHere(): null {
    return null;
  }

  journal(engine: string): Journal {
    return { engine, startedAt: this.startedAt, clock: this.#clock, hostCalls: this.#hostCalls, stop: this.#stop };
  }
}

/**
 * Answers from a journal, and writes the journal of the replay, which is the same where the replay is.
 * A program that takes another way than before gets what an idle host would give it; the two journals then differ.
 */
export class JournalReader implements JournalPort {
  readonly isReplay = true;
  readonly #recorded: Journal;
  readonly #written: JournalWriter;
  readonly #answers: ReadonlyMap<number, { readonly call: number; readonly answer: HostAnswer }>;
  #reads = 0;
  #nextReading = 0;
  #shown: number;
  #places = 0;

  constructor(recorded: Journal) {
    this.#recorded = recorded;
    this.#written = new JournalWriter(recorded.startedAt);
    this.#shown = recorded.startedAt;
    this.#answers = new Map(
      recorded.hostCalls.flatMap(({ answer, answeredAt }, call) =>
        answer === null || answeredAt === null ? [] : [[answeredAt, { call, answer }] as const],
      ),
    );
  }

  get startedAt(): number {
    return this.#recorded.startedAt;
  }

  readClock(): number {
    const reading = this.#recorded.clock[this.#nextReading];
    if (reading !== undefined && reading[0] === this.#reads) {
      this.#shown = reading[1];
      this.#nextReading += 1;
    }
    this.#reads += 1;
    return this.#written.readClock(this.#shown);
  }

  nextPlace(): StopReason | null {
    this.#places += 1;
    this.#written.nextPlace();
    const stop = this.#recorded.stop;
    return stop?.at === this.#places ? stop.reason : null;
  }

  stopped(reason: StopReason): void {
    this.#written.stopped(reason);
  }

  called(capability: string, input: string): void {
    this.#written.called(capability, input);
  }

  answered(call: number, answer: HostAnswer): void {
    this.#written.answered(call, answer);
  }

  answerHere(): { readonly call: number; readonly answer: HostAnswer } | null {
    return this.#answers.get(this.#places) ?? null;
  }

  journal(engine: string): Journal {
    return this.#written.journal(engine);
  }
}
