/**
 * The platform that objects live on: makes an instance of an object when somebody calls it, delivers calls and answers,
 * rings alarms, and takes instances away. What the real platform promises holds here: one instance may write, an alarm
 * rings at least once, a call is answered or fails. Nothing more: calls are late, lost, doubled, and so are answers.
 */
import type { Clock } from "../../worker/domain/ports.ts";
import { borrow, type Database, giveBack } from "./databases.ts";
import { SimulatedStorage } from "./object-storage.ts";
import type { World } from "./world.ts";

/** An instance that is gone asked for something. Its code does not go on; nobody hears of it. */
export class InstanceGone extends Error {}

/** What a caller sees of a call that was lost, or whose callee died. */
class Unreachable extends Error {}

/** How often things go wrong, as probabilities. */
export interface FaultRates {
  readonly dropCall: number;
  readonly loseAnswer: number;
  readonly doubleCall: number;
  /** A message takes seconds instead of milliseconds. */
  readonly delay: number;
  readonly crashBeforeWrite: number;
  readonly crashAfterWrite: number;
  readonly crashAtAwait: number;
  readonly repeatAlarm: number;
  readonly lateAlarm: number;
  /** An instance is made on a machine whose clock goes wrong. */
  readonly wrongClock: number;
  /** A look at the alarm, or a change of it, takes a while. */
  readonly slowStorage: number;
}

/** Machines whose clocks are kept differ by so much at most. */
const SKEWS_MS = [-2_000, -50, 50, 2_000] as const;
const LATENCY_MAX_MS = 4;
const DELAY_MAX_MS = 8_000;
const LATE_ALARM_MAX_MS = 10_000;
/** The platform rings an alarm that failed again, so often and after so long, doubling. */
const ALARM_RETRIES_MAX = 6;
const ALARM_RETRY_MS = 2_000;

// biome-ignore lint/suspicious/noExplicitAny: a call crosses from one object to another as a name and plain data
type Core = Record<string, (...args: any[]) => Promise<unknown>>;

/** Calls by one stub come to the object in the order in which they were made; those by several in any. */
export interface Stub {
  /** When its last call comes there, or has come; in elapsed ms. */
  lastAt: number;
}

/** What lies between two calls by one stub. */
const STUB_GAP_MS = 0.001;

/** Whoever calls an object: an instance of another one, or the Worker. */
export interface Caller {
  readonly name: string;
  readonly isGone: boolean;
  /** Things that it waits for. */
  waits: number;
  /** Calls that it has made. */
  calls: number;
}

export class Instance implements Caller {
  readonly object: SimulatedObject;
  readonly storage: SimulatedStorage;
  readonly clock: Clock;
  isGone = false;
  /** Another instance has taken over: this one goes on until it wants to write. */
  isSuperseded = false;
  waits = 0;
  calls = 0;
  /** How far this machine's clock is ahead. */
  readonly skewMs: number;
  /** Fail the calls that it has not answered. */
  readonly inbound = new Set<() => void>();
  readonly onGone: (() => void)[] = [];
  core!: Core;

  constructor(object: SimulatedObject, world: World) {
    this.object = object;
    this.storage = new SimulatedStorage(this, world);
    const { fate } = world;
    this.skewMs = fate.fault(`wrong clock of ${object.name}`, object.host.rates.wrongClock)
      ? fate.pick("skew", SKEWS_MS)
      : 0;
    this.clock = {
      now: () => world.wallMs + this.skewMs,
      sleep: (ms) => this.later(ms, "timer", `${object.name} slept ${ms} ms`),
    };
  }

  get name(): string {
    return this.object.name;
  }

  /** Resolves after a while, unless the instance is gone by then. */
  later(ms: number, kind: "message" | "timer", label: string): Promise<void> {
    if (this.isGone) return new Promise(() => {});
    return new Promise((resolve) => {
      this.waits += 1;
      const run = () => {
        if (this.isGone) return;
        this.waits -= 1;
        resolve();
      };
      this.object.host.world.schedule(ms, { target: this.name, label, kind, run });
    });
  }
}

export class SimulatedObject {
  readonly host: ObjectHost;
  readonly kind: string;
  readonly name: string;
  readonly database: Database;
  current: Instance | null = null;
  /** Wall time of the alarm; null for none. */
  alarmAt: number | null = null;
  /** An alarm is being dealt with: the platform rings again if that comes to nothing. */
  isRinging = false;
  /** Gives up the alarm that is being dealt with. */
  failAlarm: () => void = () => {};
  #alarmSetting = 0;
  #retries = 0;

  constructor(host: ObjectHost, kind: string, name: string) {
    this.host = host;
    this.kind = kind;
    this.name = name;
    this.database = borrow(kind);
  }

  /** Nothing is under way here. */
  get isAtRest(): boolean {
    return !this.isRinging && (this.current === null || (this.current.waits === 0 && this.current.inbound.size === 0));
  }

  get willWake(): boolean {
    return this.alarmAt !== null || this.isRinging;
  }

  setAlarm(at: number | null): void {
    this.alarmAt = at;
    this.#alarmSetting += 1;
    if (at !== null) this.#await(this.#alarmSetting);
  }

  /** After a jump of the clock. */
  lookAtClockAgain(): void {
    this.setAlarm(this.alarmAt);
  }

  #await(setting: number): void {
    const { world, rates } = this.host;
    const late = world.fate.fault(`late alarm of ${this.name}`, rates.lateAlarm)
      ? world.fate.between("lateness", 0, LATE_ALARM_MAX_MS)
      : world.fate.between("lateness", 0, 5);
    world.schedule(this.alarmAt! - world.wallMs + late, {
      ...{ target: this.name, kind: "timer", label: `alarm of ${this.name}` },
      run: () => {
        if (setting !== this.#alarmSetting || this.alarmAt === null) return;
        // It may be early after a jump of the clock, and two do not ring at once.
        if (this.alarmAt > world.wallMs || this.isRinging) {
          if (this.alarmAt <= world.wallMs) this.alarmAt = world.wallMs + LATENCY_MAX_MS;
          return this.setAlarm(this.alarmAt);
        }
        this.alarmAt = null;
        this.ring();
      },
    });
  }

  ring(): void {
    const instance = this.host.instanceOf(this);
    this.isRinging = true;
    const fail = (isGone: boolean) => {
      this.isRinging = false;
      instance?.inbound.delete(gone);
      this.#retries += isGone ? 0 : 1;
      if (this.#retries > ALARM_RETRIES_MAX || this.alarmAt !== null) return;
      this.setAlarm(this.host.world.wallMs + ALARM_RETRY_MS * 2 ** this.#retries);
    };
    const gone = () => fail(true);
    if (!instance) return fail(true);
    instance.inbound.add(gone);
    this.failAlarm = gone;
    const done = () => {
      if (!instance.inbound.delete(gone)) return;
      this.isRinging = false;
      this.#retries = 0;
      const { world, rates } = this.host;
      if (world.fate.fault(`repeated alarm of ${this.name}`, rates.repeatAlarm)) this.ring();
    };
    instance.core["alarm"]!().then(done, (error: unknown) => {
      if (!(error instanceof InstanceGone)) this.host.world.note(() => `alarm of ${this.name} failed: ${error}`);
      if (!instance.isGone) fail(false);
    });
  }
}

export class ObjectHost {
  readonly world: World;
  readonly rates: FaultRates;
  readonly #boot: Record<string, (instance: Instance) => object>;
  readonly #objects = new Map<string, SimulatedObject>();
  /** Its instance dies right behind its next write. */
  diesAtWrite: SimulatedObject | null = null;
  /** Called when an object has written. */
  onWrite: (object: SimulatedObject) => void = () => {};
  /** Answers in place of an object, or null: for what cannot be brought about otherwise. */
  standIn: (object: SimulatedObject, method: string, args: readonly unknown[]) => unknown = () => null;

  constructor(world: World, rates: FaultRates, boot: Record<string, (instance: Instance) => object>) {
    this.world = world;
    this.rates = rates;
    this.#boot = boot;
  }

  get objects(): readonly SimulatedObject[] {
    return [...this.#objects.values()];
  }

  /** @param name a kind and what names the object among its kind, with a colon between them */
  object(name: string): SimulatedObject {
    let object = this.#objects.get(name);
    if (!object) {
      object = new SimulatedObject(this, name.slice(0, name.indexOf(":")), name);
      this.#objects.set(name, object);
    }
    return object;
  }

  /** The instance that is asked; null when it died while it was made. */
  instanceOf(object: SimulatedObject): Instance | null {
    if (object.current) return object.current;
    const instance = new Instance(object, this.world);
    object.current = instance;
    try {
      instance.core = this.#boot[object.kind]!(instance) as Core;
    } catch (error) {
      if (error instanceof InstanceGone) return null;
      throw error;
    }
    return instance;
  }

  kill(instance: Instance, why: string): void {
    if (instance.isGone) return;
    this.world.note(() => `-- ${instance.name} is gone: ${why}`);
    instance.isGone = true;
    if (instance.object.current === instance) instance.object.current = null;
    for (const fail of [...instance.inbound]) fail();
    for (const tell of instance.onGone) tell();
  }

  /** A new instance takes over from the next call on; this one does not know. */
  supersede(instance: Instance, forMs: number): void {
    this.world.note(() => `-- ${instance.name} is superseded`);
    instance.isSuperseded = true;
    instance.object.current = null;
    for (const tell of instance.onGone) tell();
    // The platform rings a superseded instance's alarm again in the new one.
    if (instance.object.isRinging) instance.object.failAlarm();
    this.world.schedule(forMs, {
      ...{ target: instance.name, kind: "timer", label: `${instance.name} is noticed to be superseded` },
      run: () => this.kill(instance, "superseded"),
    });
  }

  latency(name: string): number {
    const { fate } = this.world;
    return fate.fault(`delay ${name}`, this.rates.delay)
      ? fate.between("delay", 0, DELAY_MAX_MS)
      : fate.number(name) * LATENCY_MAX_MS;
  }

  /** A remote call. It may come late, twice or never; the caller gets an answer or an error. */
  call(caller: Caller, name: string, method: string, args: readonly unknown[], stub?: Stub): Promise<unknown> {
    const { world, rates } = this;
    if (caller.isGone) return new Promise(() => {});
    const label = `${caller.name} > ${name}.${method}`;
    const object = this.object(name);
    const sent = structuredClone(args);
    return new Promise((resolve, reject) => {
      caller.waits += 1;
      caller.calls += 1;
      const ordinal = caller.calls;
      const answer = (outcome: string, settle: () => void, value?: unknown) => {
        world.schedule(this.latency(`answer ${label}`), {
          ...{ target: caller.name, kind: "message", label: `${label}: ${outcome}` },
          content: () => `${ordinal} ${JSON.stringify(value)}`,
          run: () => {
            if (caller.isGone) return;
            if (caller instanceof Instance && this.crashes(caller, "at await", rates.crashAtAwait)) return;
            caller.waits -= 1;
            settle();
          },
        });
      };
      const fail = () => answer("unreachable", () => reject(new Unreachable(`${label} is unreachable`)));
      if (world.fate.fault(`drop ${label}`, rates.dropCall)) return fail();
      const isAnswerLost = world.fate.fault(`lose answer ${label}`, rates.loseAnswer);
      const deliver = (isFirst: boolean) =>
        world.schedule(this.#inTurn(this.latency(label), stub), {
          ...{ target: name, kind: "message", label: isFirst ? label : `${label} again` },
          content: () => `${ordinal} ${JSON.stringify(sent)}`,
          run: () => {
            const done = this.#receive(object, method, sent);
            if (!isFirst) return void done.catch(() => {});
            done.then(
              (value) => (isAnswerLost ? fail() : answer("answered", () => resolve(structuredClone(value)), value)),
              () => fail(),
            );
          },
        });
      deliver(true);
      if (world.fate.fault(`double ${label}`, rates.doubleCall)) deliver(false);
    });
  }

  #inTurn(delayMs: number, stub: Stub | undefined): number {
    if (!stub) return delayMs;
    const { elapsedMs } = this.world;
    stub.lastAt = Math.max(elapsedMs + delayMs, stub.lastAt + STUB_GAP_MS);
    return stub.lastAt - elapsedMs;
  }

  crashes(instance: Instance, where: string, probability: number): boolean {
    if (!this.world.fate.fault(`crash ${where} ${instance.name}`, probability)) return false;
    this.kill(instance, `crash ${where}`);
    return true;
  }

  #receive(object: SimulatedObject, method: string, args: readonly unknown[]): Promise<unknown> {
    const stood = this.standIn(object, method, args);
    if (stood !== null) return Promise.resolve(stood);
    const instance = this.instanceOf(object);
    if (!instance) return Promise.reject(new InstanceGone());
    return new Promise((resolve, reject) => {
      const gone = () => settle(() => reject(new InstanceGone()));
      const settle = (then: () => void) => {
        if (instance.inbound.delete(gone)) then();
      };
      instance.inbound.add(gone);
      const call = instance.core[method]!(...structuredClone(args));
      call.then(
        (value) => settle(() => resolve(value)),
        (error: unknown) => {
          if (!instance.isGone) this.world.note(() => `${object.name}.${method} threw ${error}`);
          settle(() => reject(error));
        },
      );
    });
  }

  close(): void {
    for (const { kind, database } of this.#objects.values()) giveBack(kind, database);
  }
}
