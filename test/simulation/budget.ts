/**
 * `npm run simulate:budget -- --cases 1000000`: 64 writers and one ledger in so many interleavings, on all cores. Writers
 * reserve, call, settle and repeat themselves, answers are lost, writers and the ledger crash before and after its writes,
 * caps are changed and days go by. A book of its own says what the provider charged: nothing that was let through may
 * come to more than a cap. `--seed N` unfolds one. A failure is printed with its seed.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { isMainThread, parentPort } from "node:worker_threads";
import { Ledger, type LedgerPorts, OPEN_MS } from "../../durable-objects/budget-ledger/ledger.ts";
import type { BudgetChanges } from "../../durable-objects/budget-ledger/storage.ts";
import {
  type BudgetState,
  type BudgetSubject,
  type Cap,
  type CapWindow,
  capAt,
  capOf,
  EACH_RUN,
  meterId,
  PERIODS,
  type Reservation,
  windowAt,
  windowKey,
} from "../../worker/domain/budget-state.ts";
import { budgetEventSchema, type WebhookMessage } from "../../worker/domain/webhook-events.ts";
import { SeededRandom } from "../support/seeded-random.ts";
import { inThreads } from "./threads.ts";

const WRITERS = 64;
const CALLS_PER_WRITER = 1;
const DEFAULT_CASES = 1_000_000;
const PORTION = 200;
const FAILURES_MAX = 5;
const START = Date.UTC(2026, 10, 30, 12);
const STEPS_MAX = 5_000;
const RUNS = ["run_a", "run_b"];
const SECOND_MS = 1_000;

/** What the object's storage does, whole or not at all; the instance may die right before or after. */
class Disk {
  readonly caps = new Map<string, Cap>();
  readonly windows = new Map<string, CapWindow>();
  readonly reservations = new Map<string, Reservation>();
  readonly owed = new Map<string, WebhookMessage>();
  /** Of all that was ever owed. */
  readonly warned = new Set<string>();
  #dies: () => "before" | "after" | null;

  constructor(dies: () => "before" | "after" | null) {
    this.#dies = dies;
  }

  load(): BudgetState {
    const open = [...this.reservations].filter(([, { status }]) => status !== "settled");
    return { caps: new Map(this.caps), windows: new Map(this.windows), reservations: new Map(open) };
  }

  reservation(id: string): Reservation | null {
    return this.reservations.get(id) ?? null;
  }

  save({ windows, reservation, warnings }: BudgetChanges): void {
    this.#write(() => {
      for (const message of warnings) {
        this.owed.set(message.id, message);
        this.warned.add(message.id);
      }
      for (const each of windows) this.windows.set(windowKey(each.capId, each.window), each);
      this.reservations.set(reservation.id, reservation);
    });
  }

  owedWarnings(limit: number): WebhookMessage[] {
    return [...this.owed.values()].slice(0, limit);
  }

  told(messages: readonly WebhookMessage[]): void {
    this.#write(() => {
      for (const { id } of messages) this.owed.delete(id);
    });
  }

  putCap(cap: Cap, window: CapWindow): void {
    this.#write(() => {
      this.caps.set(cap.id, cap);
      this.windows.set(windowKey(window.capId, window.window), window);
    });
  }

  removeCap(id: string): void {
    this.#write(() => this.caps.delete(id));
  }

  prune(): void {}

  isEmpty(): boolean {
    return false;
  }

  #write(write: () => void): void {
    const death = this.#dies();
    if (death === "before") throw new Lost();
    write();
    if (death === "after") throw new Lost();
  }
}

class Lost extends Error {}

interface Writer {
  readonly number: number;
  state: "idle" | "reserving" | "granted" | "charged";
  id: string;
  bound: number;
  actual: number;
  subjects: readonly BudgetSubject[];
  callsLeft: number;
}

/** What is true of a call, whatever the ledger says. */
interface BookedCall {
  readonly bound: number;
  readonly meters: readonly string[];
  /** Null until the provider has charged for it, or never will. */
  charged: number | null;
}

interface Verdict {
  readonly seed: number;
  readonly steps: number;
  readonly granted: number;
  readonly refused: number;
  readonly crashes: number;
  readonly violation: string | null;
}

class Case {
  readonly seed: number;
  readonly #random: SeededRandom;
  readonly #disk: Disk;
  readonly #writers: Writer[];
  readonly #exposure = new Map<string, number>();
  readonly #book = new Map<string, BookedCall>();
  /** What people were warned of, by the message's id. */
  readonly #heard = new Map<string, string>();
  #ledger: Ledger;
  #now = START;
  #ids = 0;
  #steps = 0;
  #granted = 0;
  #refused = 0;
  #crashes = 0;
  #mayDie = true;

  constructor(seed: number) {
    this.seed = seed;
    this.#random = new SeededRandom(seed);
    this.#disk = new Disk(() => {
      if (!this.#mayDie || !this.#random.chance(0.02)) return null;
      return this.#random.chance(0.5) ? "before" : "after";
    });
    this.#writers = Array.from({ length: WRITERS }, (_, number) => ({
      ...{ number, state: "idle" as const, id: "", bound: 0, actual: 0, subjects: [], callsLeft: CALLS_PER_WRITER },
    }));
    this.#ledger = this.#boot();
  }

  async unfold(): Promise<Verdict> {
    const { seed } = this;
    let violation: string | null = null;
    try {
      await this.#changeCap();
      while (this.#steps < STEPS_MAX && this.#writers.length > 0) await this.#step();
      await this.#comeToRest();
    } catch (error) {
      violation = error instanceof Error ? error.message : String(error);
    }
    const [steps, granted, refused, crashes] = [this.#steps, this.#granted, this.#refused, this.#crashes];
    return { seed, steps, granted, refused, crashes, violation };
  }

  #boot(): Ledger {
    const ports = {
      storage: this.#disk,
      clock: { now: () => this.#now, sleep: async () => {} },
      wakeUp: { within: async () => {}, by: async () => {}, rang: () => {} },
      random: { bytes: (length: number) => Uint8Array.from({ length }, () => this.#random.integer(0, 255)) },
      workspaceId: "ws_1",
      warn: async (messages: readonly WebhookMessage[]) => this.#hear(messages),
    };
    return new Ledger(ports as unknown as LedgerPorts);
  }

  /** The word may be lost, or heard by a ledger that dies before it knows. */
  #hear(messages: readonly WebhookMessage[]): void {
    const fails = this.#mayDie && this.#random.chance(0.2);
    const heard = fails ? messages.slice(0, this.#random.integer(0, messages.length)) : messages;
    for (const { id, body } of heard) {
      const { id: cap, window, percent, limitMicros } = budgetEventSchema.parse(JSON.parse(body)).data.budget;
      this.#heard.set(id, cap.startsWith("run:") ? id : `${percent} % of ${limitMicros} for ${cap} in ${window}`);
    }
    if (fails) throw new Lost();
  }

  async #step(): Promise<void> {
    this.#steps += 1;
    const dice = this.#random.next();
    if (dice < 0.01) await this.#changeCap();
    else if (dice < 0.02) this.#crash();
    else if (dice < 0.03) await this.#passTime();
    else await this.#write(this.#random.pick(this.#writers));
  }

  async #write(writer: Writer): Promise<void> {
    switch (writer.state) {
      case "idle":
        return this.#begin(writer) ? this.#reserve(writer) : undefined;
      case "reserving":
        return this.#reserve(writer);
      case "granted":
        return this.#call(writer);
      case "charged":
        return this.#settle(writer);
    }
  }

  /** False for a writer that has made all its calls, and goes. */
  #begin(writer: Writer): boolean {
    if (writer.callsLeft === 0) {
      this.#writers.splice(this.#writers.indexOf(writer), 1);
      return false;
    }
    writer.callsLeft -= 1;
    writer.id = `call_${this.#ids++}`;
    writer.bound = this.#random.integer(0, 400);
    writer.actual = this.#random.integer(0, writer.bound);
    writer.subjects = [
      { kind: "run", id: this.#random.pick(RUNS) },
      ...(this.#random.chance(0.5) ? [{ kind: "agent" as const, id: "planner" }] : []),
    ];
    writer.state = "reserving";
    return true;
  }

  async #reserve(writer: Writer): Promise<void> {
    const { id, bound, subjects } = writer;
    const isNew = !this.#disk.reservations.has(id);
    const answer = await this.#ask((ledger) => ledger.reserve({ id, boundMicros: bound, subjects }));
    if (isNew && this.#disk.reservations.has(id)) this.#checkGrant(writer);
    // Lost on its way: the writer asks again, or gives up.
    if (answer === null || this.#random.chance(0.05)) {
      if (this.#random.chance(0.2)) writer.state = "idle";
      return;
    }
    if (answer.granted) this.#granted += 1;
    else this.#refused += 1;
    writer.state = answer.granted ? "granted" : "idle";
  }

  #call(writer: Writer): void {
    const booked = this.#book.get(writer.id);
    if (!booked) throw new Error(`${writer.id} was granted and is not in the ledger's storage`);
    // A writer may die before its call, or after it and before it settles.
    const dies = this.#random.chance(0.05);
    if (dies && this.#random.chance(0.5)) {
      writer.state = "idle";
      return;
    }
    this.#charge(booked, writer.actual);
    writer.state = dies ? "idle" : "charged";
  }

  async #settle(writer: Writer): Promise<void> {
    const { id, actual } = writer;
    const isUnknown = this.#random.chance(0.05);
    const told = isUnknown
      ? await this.#ask((ledger) => ledger.markUnknown(id))
      : await this.#ask((ledger) => ledger.settle(id, actual));
    if (!isUnknown && told !== null && told !== actual) throw new Error(`${id} cost ${actual} and counts with ${told}`);
    if (told === null || this.#random.chance(0.1)) return;
    writer.state = "idle";
  }

  /** At the moment of a grant: what was charged, and can still be, fits under each cap together with the new call. */
  #checkGrant({ id, bound, subjects }: Writer): void {
    const all: readonly BudgetSubject[] = [{ kind: "workspace" }, ...subjects];
    const meters = all.flatMap((subject) =>
      PERIODS[subject.kind].map((period) => windowKey(meterId(subject, period), windowAt(period, this.#now))),
    );
    this.#book.set(id, { bound, meters, charged: null });
    for (const meter of meters) this.#exposure.set(meter, this.#exposed(meter) + bound);
    for (const meter of meters) {
      const cap = capAt({ caps: this.#disk.caps }, meter.slice(0, meter.lastIndexOf(" ")));
      if (!cap) continue;
      const exposed = this.#exposed(meter);
      if (exposed > cap.limitMicros)
        throw new Error(`${id} was let through: ${exposed} under a cap of ${cap.limitMicros}`);
    }
  }

  /** What the provider has charged in a window, and what it may still charge for calls that it has not. */
  #exposed(meter: string): number {
    return this.#exposure.get(meter) ?? 0;
  }

  #charge(booked: BookedCall, micros: number): void {
    const before = booked.charged ?? booked.bound;
    booked.charged = micros;
    for (const meter of booked.meters) this.#exposure.set(meter, this.#exposed(meter) + micros - before);
  }

  async #changeCap(): Promise<void> {
    const limit = this.#random.integer(0, 6_000);
    const [subject, period] = this.#random.pick([
      [{ kind: "workspace" }, "day"],
      [{ kind: "workspace" }, "month"],
      [{ kind: "agent", id: "planner" }, "day"],
      [{ kind: "run", id: EACH_RUN }, "always"],
      [{ kind: "run", id: "run_a" }, "always"],
    ] as const);
    const { id } = capOf(subject, period, 0);
    const dice = this.#random.next();
    if (dice < 0.1) await this.#ask((ledger) => ledger.removeCap(id));
    else if (dice < 0.3) await this.#ask((ledger) => ledger.raiseCap(id, limit));
    else await this.#ask((ledger) => ledger.putCap(subject, period, limit));
  }

  async #passTime(): Promise<void> {
    this.#now += this.#random.pick([SECOND_MS, OPEN_MS, 12 * 3_600_000]);
    await this.#ask((ledger) => ledger.alarm());
  }

  #crash(): void {
    this.#crashes += 1;
    this.#ledger = this.#boot();
  }

  /** Null where the ledger died over it: nobody knows whether it was done. */
  async #ask<T>(question: (ledger: Ledger) => Promise<T>): Promise<T | null> {
    try {
      return ((await question(this.#ledger)) ?? true) as T;
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
      this.#crash();
      return null;
    }
  }

  /** Everybody finds out what their calls did cost: the ledger's windows are then the provider's book, to the last micro. */
  async #comeToRest(): Promise<void> {
    this.#mayDie = false;
    this.#now += 2 * OPEN_MS;
    await this.#ledger.alarm();
    for (const [id, { charged }] of this.#book) await this.#ledger.settle(id, charged ?? 0);
    for (const booked of this.#book.values()) this.#charge(booked, booked.charged ?? 0);
    await this.#ledger.alarm();
    this.#checkWarnings();
    for (const [meter, window] of this.#disk.windows) {
      const exposed = this.#exposed(meter);
      if (window.reservedMicros !== 0) throw new Error(`${meter} still holds ${window.reservedMicros} back`);
      if (window.spentMicros !== exposed)
        throw new Error(`${meter} says ${window.spentMicros}, the provider ${exposed}`);
    }
  }

  #checkWarnings(): void {
    if (this.#disk.owed.size > 0) throw new Error(`${this.#disk.owed.size} warnings are owed at rest`);
    for (const id of this.#disk.warned) if (!this.#heard.has(id)) throw new Error(`the warning ${id} was never heard`);
    const told = new Set(this.#heard.values());
    if (told.size < this.#heard.size) throw new Error(`one of ${[...told].join(", ")} was told twice`);
  }
}

type Portion = Omit<Verdict, "seed" | "violation"> & { readonly cases: number; readonly failures: readonly Verdict[] };

async function unfold(seeds: readonly number[]): Promise<Portion> {
  const total = { cases: 0, steps: 0, granted: 0, refused: 0, crashes: 0, failures: [] as Verdict[] };
  for (const seed of seeds) add(total, await new Case(seed).unfold());
  return total;
}

function add(total: { -readonly [Key in keyof Portion]: Portion[Key] }, verdict: Verdict): void {
  total.cases += 1;
  total.steps += verdict.steps;
  total.granted += verdict.granted;
  total.refused += verdict.refused;
  total.crashes += verdict.crashes;
  if (verdict.violation !== null) total.failures = [...total.failures, verdict];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { cases: { type: "string" }, from: { type: "string" }, seed: { type: "string" } },
  });
  const from = Number(values.seed ?? values.from ?? 1);
  const count = values.seed === undefined ? Number(values.cases ?? DEFAULT_CASES) : 1;
  if (!Number.isInteger(from) || !Number.isInteger(count) || count < 1)
    throw new Error("--cases, --from and --seed take whole numbers");
  const startedAt = Date.now();
  const tasks: number[][] = [];
  for (let at = 0; at < count; at += PORTION)
    tasks.push(Array.from({ length: Math.min(PORTION, count - at) }, (_, index) => from + at + index));
  const total = { cases: 0, steps: 0, granted: 0, refused: 0, crashes: 0, failures: [] as Verdict[] };
  await inThreads<readonly number[], Portion>({
    ...{ script: import.meta.url, threads: availableParallelism(), tasks },
    onAnswer: (portion) => {
      for (const key of ["cases", "steps", "granted", "refused", "crashes"] as const) total[key] += portion[key];
      total.failures.push(...portion.failures);
      return total.failures.length < FAILURES_MAX;
    },
  });
  const { cases, steps, granted, refused, crashes, failures } = total;
  const seconds = ((Date.now() - startedAt) / SECOND_MS).toFixed(1);
  const figures = `${cases} interleavings of ${WRITERS} writers, ${steps} steps, ${granted} calls let through, ${refused} refused`;
  console.log(`${figures}, ${crashes} crashes of the ledger, ${failures.length} failures, ${seconds} s`);
  for (const { seed, violation } of failures)
    console.error(`seed ${seed}: ${violation}\nAgain: npm run simulate:budget -- --seed ${seed}`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

if (isMainThread) await main();
else {
  parentPort!.on("message", (seeds: readonly number[]) => {
    void unfold(seeds).then((portion) => parentPort!.postMessage(portion));
  });
}
