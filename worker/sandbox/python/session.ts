/**
 * Answers what an isolate says while it runs: passes its output on, shows it the time, and tells it when to stop. These
 * answers are all that a run takes from outside, so they are what the journal holds and what a replay repeats.
 * Everything that an isolate says was chosen by the program: nothing is used before it was checked.
 */
import type { GuestRequest } from "../engine.ts";
import { type ClockReading, clockMoves, type Journal, type Stop } from "../journal.ts";
import { Wait } from "../wait.ts";
import { OutputGate } from "./output-gate.ts";
import type { Answer, Exchange, PythonHost } from "./protocol.ts";
import { readExchange } from "./report.ts";

/** A sleeping run looks this often at its clock. */
const IDLE_CHECK_MS = 1_000;
/** Python starts in less than a second; on a machine that is very busy, in several. */
const START_MS_MAX = 60_000;
/** A replay may be slower than the run was by this factor, and never sleeps. */
const REPLAY_SLACK = 4;

export class Session implements PythonHost {
  readonly #request: GuestRequest;
  readonly #replayed: Journal | null;
  readonly #output: OutputGate;
  readonly #aborted: Promise<void>;
  #stopListening: () => void = () => undefined;
  readonly #wait: Wait;
  /** By the host's clock; null while the run waits for its turn, and then for Python to start. */
  #turnAt: number | null = null;
  #beganAt: number | null = null;
  #heardAt = 0;
  /** When the isolate was first told to stop. */
  #stoppedAt: number | null = null;
  #wasForged = false;
  /** An exchange is under way. */
  #isSpeaking = false;
  /** The run is over for the host, whatever the isolate does. */
  #isOver = false;
  /** The guest's clock, and when it showed 0 milliseconds of the run. */
  #now = 0;
  /** What the guest sees of it. */
  #shown = 0;
  #startedAt = 0;
  /** Answers that were given; the guest's looks at its clock are numbered by them. */
  #answers = 0;
  /** The next reading of the journal that is replayed, by its index. */
  #nextReading = 0;
  #clock: ClockReading[] = [];
  #stop: Stop | null = null;
  #fuel = 0;

  constructor(request: GuestRequest) {
    this.#request = request;
    this.#replayed = request.replay;
    this.#wait = new Wait(request, "its turn, because other Python programs run");
    this.#output = new OutputGate(request.limits.outputBytes, request.onOutput);
    this.#aborted = new Promise((resolve) => {
      const listener = () => resolve();
      request.signal.addEventListener("abort", listener, { once: true });
      this.#stopListening = () => request.signal.removeEventListener("abort", listener);
      if (request.signal.aborted) resolve();
    });
  }

  /** Resolves when the run is cancelled. */
  get aborted(): Promise<void> {
    return this.#aborted;
  }

  get hasBegun(): boolean {
    return this.#beganAt !== null;
  }

  get stop(): Stop | null {
    return this.#stop;
  }

  /** Whether the isolate said what only a program that changed it makes it say. */
  get wasForged(): boolean {
    return this.#wasForged;
  }

  get fuel(): number {
    return this.#fuel;
  }

  get outputBytes(): number {
    return this.#output.bytes;
  }

  get outputIsOver(): boolean {
    return this.#output.isOver;
  }

  get wallMs(): number {
    return this.#beganAt === null
      ? 0
      : Math.max(0, this.#request.clock.now() - this.#beganAt, this.#now - this.#startedAt);
  }

  /**
   * For how long the isolate has not ended although it was told to, or its time was over and nothing was heard of it; or
   * has not started although it should have. Looked at now and then, also while the run waits for its turn.
   */
  get silentMs(): number {
    const now = this.#request.clock.now();
    if (this.#turnAt === null) this.#wait.goesOn();
    if (this.#beganAt === null) return this.#turnAt === null ? 0 : Math.max(0, now - this.#turnAt - START_MS_MAX);
    const dueAt = this.#stoppedAt ?? Math.max(this.#heardAt, this.#beganAt + this.#limitMs());
    return Math.max(0, now - dueAt);
  }

  /** From here on nothing that the isolate says counts, and its place is free for another run. */
  dispose(): void {
    this.#isOver = true;
    this.#stopListening();
  }

  journal(engine: string): Journal {
    // A run that never began was cancelled before it.
    const stop = this.#beganAt === null ? ({ reason: "cancelled", at: 0 } as const) : this.#stop;
    return { engine, startedAt: this.#startedAt, clock: this.#clock, hostCalls: [], stop };
  }

  async isWanted(): Promise<boolean> {
    if (this.#isOver || (!this.hasBegun && this.#request.signal.aborted)) return false;
    this.#takeTurn();
    return true;
  }

  async begin(): Promise<Answer> {
    if (this.#beganAt !== null) throw new Error("the run has begun already");
    this.#takeTurn();
    this.#beganAt = this.#request.clock.now();
    this.#heardAt = this.#beganAt;
    this.#startedAt = this.#replayed?.startedAt ?? this.#beganAt;
    this.#now = this.#startedAt;
    this.#shown = this.#startedAt;
    this.#stop = this.#replayed === null ? this.#due(0) : this.#replayedStop(0);
    this.#answers = 1;
    return { now: this.#shown, stop: this.#stop !== null };
  }

  async exchange(said: unknown): Promise<Answer> {
    if (this.#beganAt === null) throw new Error("the run has not begun");
    this.#heardAt = this.#request.clock.now();
    // Our own code says one thing after the other, and nothing after the end.
    const exchange = this.#isOver || this.#isSpeaking ? null : readExchange(said, this.#request.limits.outputBytes);
    if (exchange === null) {
      this.#wasForged = true;
      // Nonsense without an end must not keep others from their turn.
      await this.#request.clock.sleep(0);
      return this.#answer(true);
    }
    this.#isSpeaking = true;
    try {
      return await this.#reply(exchange);
    } finally {
      this.#isSpeaking = false;
    }
  }

  async #reply(exchange: Exchange): Promise<Answer> {
    this.accept(exchange);
    await this.#pause(exchange.sleepMs);
    if (this.#replayed !== null || clockMoves(this.#clock.length, this.#shown, this.#now)) this.#shown = this.#now;
    const at = this.#answers;
    this.#answers += 1;
    this.#stop ??= this.#replayed === null ? this.#due(at) : this.#replayedStop(at);
    return this.#answer(this.#stop !== null);
  }

  #takeTurn(): void {
    if (this.#turnAt !== null) return;
    this.#turnAt = this.#request.clock.now();
    this.#wait.isOver();
  }

  #answer(stop: boolean): Answer {
    if (stop) this.#stoppedAt ??= this.#heardAt;
    return { now: this.#shown, stop };
  }

  /** Takes over what an exchange says. The last one comes with the report. */
  accept({ output, fuel, looked }: Exchange): void {
    for (const { stream, text } of output) this.#output.write(stream, text);
    this.#fuel = Math.min(Math.max(this.#fuel, fuel), this.#request.limits.fuel);
    // Only a reading that was looked at matters, and only where it differs from the one before.
    const seen = this.#clock.at(-1)?.[1] ?? this.#startedAt;
    if (looked && seen !== this.#shown) this.#clock.push([this.#answers - 1, this.#shown]);
  }

  async #pause(sleepMs: number): Promise<void> {
    const { clock } = this.#request;
    if (this.#replayed !== null) {
      await clock.sleep(0);
      this.#now = this.#recordedReading(this.#replayed);
    } else if (sleepMs <= 0) {
      await clock.sleep(0);
      this.#now = Math.max(this.#now, clock.now());
    } else await this.#sleepUntil(this.#now + sleepMs);
  }

  async #sleepUntil(dueAt: number): Promise<void> {
    const { clock, signal } = this.#request;
    const deadline = this.#startedAt + this.#request.limits.timeoutMs;
    while (!signal.aborted && this.#now < dueAt && this.#now < deadline) {
      const ms = Math.max(0, Math.min(dueAt, deadline, this.#now + IDLE_CHECK_MS) - this.#now);
      await Promise.race([clock.sleep(ms), this.#aborted]);
      // A clock that stood still meanwhile must not keep a sleeper from ever waking up.
      this.#now = Math.max(clock.now(), this.#now + (signal.aborted ? 0 : ms));
    }
  }

  /** What the clock showed with this answer: a reading holds until the next one. */
  #recordedReading({ clock }: Journal): number {
    const next = clock[this.#nextReading];
    if (next === undefined || next[0] > this.#answers) return this.#now;
    this.#nextReading += 1;
    return next[1];
  }

  #due(at: number): Stop | null {
    if (this.#request.signal.aborted) return { reason: "cancelled", at };
    return this.#now - this.#startedAt >= this.#request.limits.timeoutMs ? { reason: "time", at } : null;
  }

  #replayedStop(at: number): Stop | null {
    const { signal, clock } = this.#request;
    if (signal.aborted) return { reason: "cancelled", at };
    if (clock.now() - this.#beganAt! >= this.#limitMs()) return { reason: "time", at };
    const stop = this.#replayed!.stop;
    return stop !== null && at >= stop.at ? stop : null;
  }

  #limitMs(): number {
    return this.#request.limits.timeoutMs * (this.#replayed === null ? 1 : REPLAY_SLACK);
  }
}
