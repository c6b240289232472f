/**
 * One case of leave for calls ahead: some isolates, one object, people who set caps and limits, providers that fail, and
 * what goes wrong between them. Then a calm of some hours, and what must be true at its end.
 */
import { GateStorage } from "../../durable-objects/budget-ledger/gate-storage.ts";
import type { CapStanding } from "../../durable-objects/budget-ledger/rpc.ts";
import { type BudgetPeriod, type BudgetSubject, EACH_RUN, type Reservation } from "../../worker/domain/budget-state.ts";
import { CALLS_PER_MINUTE, type CallLimits, type LimitedService } from "../../worker/domain/call-limits.ts";
import { Fate } from "./fate.ts";
import { LeaveBook } from "./leave-book.ts";
import { type CallPlan, Isolate, type MadeCall } from "./leave-isolates.ts";
import { assembleLedger, LEDGER, type LeaveProduct, WORKSPACE } from "./leave-product.ts";
import type { FaultRates } from "./object-host.ts";
import { type CaseOptions, type Verdict, verdictOf } from "./verdict.ts";
import { World } from "./world.ts";

const STEPS_MAX = 60_000;
/** Some cases are one burst; in others a breaker that has opened closes again. */
const STORMS_MS = [3_000, 6_000, 30_000] as const;
/** Every call has ended then, and was told. */
const AFTERMATH_MS = 120_000;
/** The object closes what lost its server: what is open for 15 minutes, what is live for an hour. */
const CALM_MS = 3 * 3_600_000;
const CALLS_MIN = 40;
const CALLS_MAX = 220;
const MOMENT_MS = 100;
const SUPERSEDED_MAX_MS = 5_000;
const KEYS = [
  { service: "openai-compatible", keyId: "key_a" },
  { service: "openai-compatible", keyId: "key_b" },
  { service: "anthropic", keyId: "key_c" },
] as const;
const SERVICES = ["openai-compatible", "anthropic"] as const;
const LIMITS = [600, 1_200, 6_000] as const;
const OTHER_LIMITS = [20, 300, 600, 1_200, 12_000] as const;
const CAPS = [
  [{ kind: "workspace" }, "day"],
  [{ kind: "workspace" }, "month"],
  [{ kind: "agent", id: "planner" }, "day"],
  [{ kind: "run", id: EACH_RUN }, "always"],
] as const satisfies readonly (readonly [BudgetSubject, BudgetPeriod])[];

const RATES: FaultRates = {
  dropCall: 0.004,
  loseAnswer: 0.004,
  // No call of the platform comes twice by itself.
  doubleCall: 0,
  delay: 0.04,
  crashBeforeWrite: 0.002,
  crashAfterWrite: 0.002,
  crashAtAwait: 0.001,
  repeatAlarm: 0.02,
  lateAlarm: 0.05,
  wrongClock: 0,
  slowStorage: 0.03,
};

export async function simulate(seed: number, { spared, isTracing = false }: CaseOptions = {}): Promise<Verdict> {
  const fate = new Fate(seed, spared);
  const world = new World(fate);
  world.isTracing = isTracing;
  const product = assembleLedger(world, fate.chance("well", 0.2) ? calm : RATES, () => book);
  const book = new LeaveBook(world, product.host.object(LEDGER).database);
  product.host.onWrite = () => book.wrote();
  const unfold = async () => {
    await new Case(world, product, book).unfold();
    world.note(() => `${book.byLeave} calls by leave, ${book.attempts.size} attempts`);
  };
  return verdictOf(seed, world, unfold, () => {
    product.host.close();
    product.d1.close();
  });
}

/** Messages are late, and nothing else. */
const calm: FaultRates = {
  ...{ dropCall: 0, loseAnswer: 0, doubleCall: 0, delay: 0.04, crashBeforeWrite: 0, crashAfterWrite: 0 },
  ...{ crashAtAwait: 0, repeatAlarm: 0, lateAlarm: 0, wrongClock: 0, slowStorage: 0 },
};

class Case {
  readonly #world: World;
  readonly #product: LeaveProduct;
  readonly #book: LeaveBook;
  readonly #isolates: Isolate[] = [];
  readonly #gone: Isolate[] = [];
  readonly #failing = new Set<string>();
  readonly #stormMs: number;
  /** As they were last set. */
  #limits: CallLimits = CALLS_PER_MINUTE;

  constructor(world: World, product: LeaveProduct, book: LeaveBook) {
    this.#world = world;
    this.#product = product;
    this.#book = book;
    this.#stormMs = world.fate.pick("storm", STORMS_MS);
  }

  async unfold(): Promise<void> {
    const world = this.#world;
    await this.#prepare();
    for (let count = world.fate.between("isolates", 2, 4); count > 0; count--) this.#isolates.push(this.#newIsolate());
    this.#planCalls();
    this.#planDeeds();
    this.#planMishaps();
    const calmAt = world.elapsedMs + this.#stormMs;
    this.#at(this.#stormMs, "the storm is over", () => {
      world.fate.faultsGoOn = false;
      this.#failing.clear();
    });
    await world.runDry(STEPS_MAX, calmAt + AFTERMATH_MS);
    // Somebody reads: what nobody has told is told now.
    for (const isolate of this.#isolates) void isolate.calls.flush(WORKSPACE);
    await world.runDry(STEPS_MAX, calmAt + AFTERMATH_MS + CALM_MS);
    this.#checkRecords();
    this.#checkMoney();
    world.throwIfViolated();
  }

  /** A workspace that has made calls before. */
  async #prepare(): Promise<void> {
    const { fate } = this.#world;
    fate.faultsGoOn = false;
    const { host } = this.#product;
    const object = host.object(LEDGER);
    const instance = host.instanceOf(object)!;
    for (const service of SERVICES) this.#limits = { ...this.#limits, [service]: fate.pick("limit", LIMITS) };
    await instance.core["keepTexts"]!(true);
    await instance.core["limit"]!(this.#limits);
    const gate = new GateStorage(instance.storage.asObjectStorage);
    for (const service of SERVICES) {
      const tokens = Math.floor(this.#limits[service] * (0.45 + 0.55 * fate.number("fill")));
      gate.saveBucket(service, { tokens, at: this.#world.wallMs });
      this.#book.fill(service, this.#limits[service], tokens);
    }
    host.kill(instance, "prepared");
    fate.faultsGoOn = true;
  }

  #newIsolate(): Isolate {
    const { host } = this.#product;
    const fails = (keyId: string) => this.#failing.has(keyId);
    const name = `isolate ${this.#isolates.length + this.#gone.length + 1}`;
    return new Isolate(name, { world: this.#world, host, book: this.#book, fails });
  }

  #at(ms: number, label: string, run: () => void): void {
    this.#world.schedule(ms, { target: "world", kind: "timer", label: `== ${label}`, run });
  }

  /** As {@link Case.#at}, and can be left out. */
  #plan(label: string, run: () => void, ms = this.#world.fate.number(label) * this.#stormMs): void {
    if (this.#world.fate.strikes(label)) this.#at(ms, label, run);
  }

  /** Some at random, most of them in bursts. */
  #planCalls(): void {
    const { fate } = this.#world;
    const count = fate.between("calls", CALLS_MIN, CALLS_MAX);
    const bursts = Array.from({ length: 5 }, () => fate.number("burst") * this.#stormMs);
    const pricedShare = fate.pick("priced", [0, 0.2, 0.5]);
    for (let number = 1; number <= count; number++) {
      const burst = fate.pick("when", bursts);
      const isLate = fate.chance("alone", 0.2);
      const at = isLate ? fate.number("at") * this.#stormMs : burst + fate.number("at") * MOMENT_MS * 10;
      const plan = this.#callPlan(number, pricedShare);
      const index = fate.between("isolate", 0, 9);
      this.#plan(`call ${number}`, () => void this.#isolates[index % this.#isolates.length]!.make(plan), at);
    }
  }

  #callPlan(number: number, pricedShare: number): CallPlan {
    const { fate } = this.#world;
    return {
      id: `call_${String(number).padStart(3, "0")}`,
      address: fate.pick("key", KEYS),
      boundMicros: fate.chance("price", pricedShare) ? fate.between("bound", 0, 400) : null,
      subjects: [
        { kind: "run", id: fate.pick("run", ["run_a", "run_b"]) },
        ...(fate.chance("agent", 0.5) ? [{ kind: "agent" as const, id: "planner" }] : []),
      ],
      attempts: fate.between("attempts", 1, 3),
      lastsMs: fate.chance("long", 0.1) ? fate.number("lasts") * this.#stormMs : fate.number("lasts") * MOMENT_MS,
    };
  }

  #planDeeds(): void {
    const { fate } = this.#world;
    const person = () => this.#isolates[fate.between("person", 0, 9) % this.#isolates.length]!;
    for (let number = fate.between("caps", 0, 3); number > 0; number--) {
      const [subject, period] = fate.pick("cap", CAPS);
      const limit = fate.between("cap limit", 0, 4_000);
      const keptMs = fate.number("kept") * 3_000;
      this.#plan(`cap ${number}`, () => void this.#setCap(person(), subject, period, limit, keptMs));
    }
    for (let number = fate.between("limits", 0, 3); number > 0; number--) {
      const service = fate.pick("service", SERVICES);
      const limit = fate.pick("other limit", OTHER_LIMITS);
      this.#plan(`limit ${number}`, () => void this.#setLimit(person(), service, limit));
    }
    for (let number = fate.between("reads", 0, 4); number > 0; number--) {
      this.#plan(`read ${number}`, () => void this.#read(person()));
    }
  }

  #planMishaps(): void {
    const { fate } = this.#world;
    const { host, d1 } = this.#product;
    const object = host.object(LEDGER);
    for (let number = fate.between("isolates that crash", 0, 2); number > 0; number--) {
      const index = fate.between("which", 0, 9) % this.#isolates.length;
      this.#plan(`isolate ${index + 1} crashes ${number}`, () => {
        this.#isolates[index]!.crash();
        this.#gone.push(this.#isolates[index]!);
        this.#isolates[index] = this.#newIsolate();
      });
    }
    for (let number = fate.between("crashes", 0, 2); number > 0; number--) {
      this.#plan(`crash ${number}`, () => object.current && host.kill(object.current, "crash"));
    }
    if (fate.chance("is superseded", 0.3)) {
      const forMs = fate.number("superseded for") * SUPERSEDED_MAX_MS;
      this.#plan("supersede", () => object.current && host.supersede(object.current, forMs));
    }
    for (const { keyId } of KEYS) {
      if (!fate.chance("provider fails", 0.3)) continue;
      const forMs = fate.number("fails for") * 5_000;
      this.#plan(`${keyId} fails`, () => {
        this.#failing.add(keyId);
        this.#at(forMs, `${keyId} is back`, () => this.#failing.delete(keyId));
      });
    }
    if (!fate.chance("outage", 0.2)) return;
    this.#plan("D1 is away", () => {
      d1.isDown = true;
      this.#at(fate.number("away for") * 10_000, "D1 is back", () => {
        d1.isDown = false;
      });
    });
  }

  /** As `setBudget` does it, and then it is raised and taken away again. */
  async #setCap(
    by: Isolate,
    subject: BudgetSubject,
    period: BudgetPeriod,
    limit: number,
    keptMs: number,
  ): Promise<void> {
    await by.calls.flush(WORKSPACE);
    const standing = (await this.#ask(by, "putCap", subject, period, limit)) as CapStanding | null;
    await by.later(keptMs / 2, "has a cap");
    const id = standing?.cap.id ?? "unknown";
    await this.#ask(by, "raiseCap", id, 500);
    await by.later(keptMs / 2, "has a cap that was raised");
    await this.#ask(by, "removeCap", id);
  }

  async #setLimit(by: Isolate, service: LimitedService, limit: number): Promise<void> {
    this.#limits = { ...this.#limits, [service]: limit };
    await this.#ask(by, "limit", this.#limits);
  }

  async #read(by: Isolate): Promise<void> {
    await by.calls.flush(WORKSPACE);
    await this.#ask(by, "copyRecords");
  }

  /** Null where it could not be asked. */
  #ask(by: Isolate, method: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.#product.host.call(by.caller, LEDGER, method, args).catch(() => null);
  }

  /** Each call is recorded as it ended, or as unknown where nobody can know. */
  #checkRecords(): void {
    const rows = this.#product.d1.database.rows("SELECT id, outcome FROM executions");
    const recorded = new Map(rows.map(({ id, outcome }) => [id as string, outcome as string]));
    const made = [...this.#isolates, ...this.#gone].flatMap((isolate) => isolate.made);
    for (const call of made) this.#checkRecord(call, recorded.get(call.plan.id) ?? null);
  }

  #checkRecord({ plan, isolate, outcome, isKept }: MadeCall, recorded: string | null): void {
    const isLost = isolate.caller.isGone || isolate.givenUp > 0;
    const should = isKept ? outcome : null;
    if (!isLost && outcome === null) this.#world.violate(`${plan.id} never ended`);
    if (recorded === should) return;
    if (isLost && (recorded === null || recorded === "unknown")) return;
    this.#world.violate(`${plan.id} of ${isolate.name} ended as ${should} and is recorded as ${recorded}`);
  }

  /** What is settled is what was charged, and windows are the sum of their calls. */
  #checkMoney(): void {
    const { database } = this.#product.host.object(LEDGER);
    const rows = database.rows("SELECT reservation FROM reservations");
    const kept: Reservation[] = rows.map(({ reservation }) => JSON.parse(reservation as string));
    const sums = new Map<string, { spent: number; reserved: number }>();
    for (const { id, status, boundMicros, actualMicros, windows } of kept) {
      if (status === "open") this.#world.violate(`${id} is open after hours`);
      for (const { capId, window } of windows) {
        const sum = sums.get(`${capId} ${window}`) ?? { spent: 0, reserved: 0 };
        sums.set(`${capId} ${window}`, sum);
        if (status === "settled") sum.spent += actualMicros!;
        else sum.reserved += boundMicros;
      }
    }
    for (const { cap_id, window, spent_micros, reserved_micros } of database.rows("SELECT * FROM cap_windows")) {
      const { spent, reserved } = sums.get(`${cap_id} ${window}`) ?? { spent: 0, reserved: 0 };
      if (spent !== spent_micros || reserved !== reserved_micros)
        this.#world.violate(
          `${cap_id} says ${spent_micros} and ${reserved_micros}, its calls ${spent} and ${reserved}`,
        );
    }
    this.#checkSettled(new Map(kept.map((each) => [each.id, each])));
  }

  #checkSettled(kept: ReadonlyMap<string, Reservation>): void {
    for (const isolate of this.#isolates) {
      if (isolate.givenUp > 0) continue;
      for (const { plan } of isolate.made) {
        for (let number = 1; number <= plan.attempts; number++) {
          const end = this.#book.attempts.get(`${plan.id}_${number}`)?.end;
          if (!end?.isHeld || end.costMicros === null || kept.get(end.id)?.status === "settled") continue;
          this.#world.violate(`${end.id} cost ${end.costMicros} and is ${kept.get(end.id)?.status ?? "not known"}`);
        }
      }
    }
  }
}
