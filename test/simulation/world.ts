/**
 * Virtual time and the order in which things happen. Whatever is awaited in a simulated world (an answer, a pause, an
 * alarm) is an event here; between two events all code runs on until it awaits the next one, so that the seed alone
 * decides what happens.
 */
import type { Fate } from "./fate.ts";

/** Wall time at which a simulated world begins. */
const EPOCH_MS = Date.UTC(2030, 0, 1);

export interface WorldEvent {
  readonly at: number;
  readonly tie: number;
  readonly ordinal: number;
  /** Who is concerned: events of different targets do not touch each other's state. */
  readonly target: string;
  readonly label: string;
  readonly kind: "message" | "timer";
  /** What it carries, as text: two events with the same label and content are alike. */
  readonly content?: () => string;
  run(): void;
}

/** What breaks a promise of the product. */
export class Violation extends Error {}

const isEarlier = (a: WorldEvent, b: WorldEvent) =>
  a.at < b.at || (a.at === b.at && (a.tie < b.tie || (a.tie === b.tie && a.ordinal < b.ordinal)));

/** Lets everything go on that does not wait for an event. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Virtual milliseconds without an end mean that something is driven in a circle. */
const TIME_MAX_MS = 40 * 24 * 3_600_000;

export class World {
  readonly fate: Fate;
  /** Called when an event has been dealt with. */
  readonly afterEach: (() => void)[] = [];
  readonly trace: string[] = [];
  isTracing = false;
  steps = 0;
  #violation: string | null = null;
  #elapsedMs = 0;
  #skewMs = 0;
  #ordinal = 0;
  /** A binary heap, the earliest event first. */
  readonly #events: WorldEvent[] = [];

  constructor(fate: Fate) {
    this.fate = fate;
  }

  /** Time that never jumps, from 0. */
  get elapsedMs(): number {
    return this.#elapsedMs;
  }

  /** What a clock on the wall shows. */
  get wallMs(): number {
    return EPOCH_MS + Math.floor(this.#elapsedMs) + this.#skewMs;
  }

  get pending(): readonly WorldEvent[] {
    return this.#events;
  }

  jump(ms: number): void {
    this.#skewMs += ms;
  }

  schedule(delayMs: number, event: Pick<WorldEvent, "target" | "label" | "kind" | "run" | "content">): void {
    this.#ordinal += 1;
    const at = this.#elapsedMs + Math.max(0, delayMs);
    this.#push({ ...event, at, tie: this.fate.number("tie"), ordinal: this.#ordinal });
  }

  /** Something that must not be has been seen; the case ends with the event that is under way. */
  violate(what: string): void {
    this.#violation ??= what;
  }

  note(text: () => string): void {
    if (this.isTracing) this.trace.push(`${String(Math.round(this.#elapsedMs)).padStart(8)} ms  ${text()}`);
  }

  /** Lets everything go on that does not wait for an event. */
  settle(): Promise<void> {
    return settle();
  }

  /** Deals with events until there is none left, or none before an instant. */
  async runDry(stepsMax: number, untilMs = Number.POSITIVE_INFINITY): Promise<void> {
    await settle();
    const last = this.steps + stepsMax;
    while (this.#events.length > 0 && this.#events[0]!.at < untilMs) {
      if (this.steps >= last) throw new Violation(`still busy after ${stepsMax} steps: ${this.#busyWith()}`);
      if (this.#elapsedMs > TIME_MAX_MS) throw new Violation(`no rest in virtual time: ${this.#busyWith()}`);
      await this.deal(this.#pop());
    }
  }

  /** Deals with one event, and with all that follows from it at once. */
  async deal(event: WorldEvent): Promise<void> {
    this.steps += 1;
    this.#elapsedMs = Math.max(this.#elapsedMs, event.at);
    this.note(() => event.label);
    event.run();
    await settle();
    for (const look of this.afterEach) look();
    this.throwIfViolated();
  }

  throwIfViolated(): void {
    if (this.#violation !== null) throw new Violation(this.#violation);
  }

  /** Takes one event out of turn. */
  take(event: WorldEvent): WorldEvent {
    const index = this.#events.indexOf(event);
    const rest = this.#events.toSpliced(index, 1);
    this.#events.length = 0;
    for (const each of rest) this.#push(each);
    return event;
  }

  #busyWith(): string {
    return this.#events
      .slice(0, 3)
      .map(({ label }) => label)
      .join(", ");
  }

  #push(event: WorldEvent): void {
    const heap = this.#events;
    let index = heap.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >>> 1;
      if (!isEarlier(event, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = event;
  }

  #pop(): WorldEvent {
    const heap = this.#events;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isEarlier(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isEarlier(heap[child]!, last)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}
