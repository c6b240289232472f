/** One case from beginning to end: the storm, the calm after it, and what must be true then. */
import { Announcements } from "./announcements.ts";
import { Checks } from "./checks.ts";
import { AttemptLedger } from "./fake-attempts.ts";
import { Fate } from "./fate.ts";
import { People } from "./people.ts";
import { assemble, CAPACITY, laneName, type Product, runName, type Settings } from "./product.ts";
import { type Mishap, type RunPlan, type Scenario, STORM_MS, scenarioOf } from "./scenario.ts";
import { type CaseOptions, type Verdict, verdictOf } from "./verdict.ts";
import { World } from "./world.ts";

/** A case of this many events is driven in a circle. A case has some 600. */
const STEPS_MAX = 30_000;
/** A superseded instance is noticed after so long. */
const SUPERSEDED_MAX_MS = 5_000;
/** Faults that begin in the storm are over by then. */
const AFTERMATH_MS = 25_000;

export async function simulate(seed: number, { spared, isTracing = false }: CaseOptions = {}): Promise<Verdict> {
  const fate = new Fate(seed, spared);
  const world = new World(fate);
  world.isTracing = isTracing;
  const scenario = scenarioOf(fate, (runs, lanes) => victimsOf(runs, lanes));
  const settings: Settings = { capacity: scenario.capacity, isSmart: scenario.isSmart };
  const attempts = new AttemptLedger(world);
  const announcements = new Announcements();
  const product = assemble({ world, rates: scenario.rates, settings, attempts, announcements });
  const unfold = async () => {
    const checks = new Checks(world, product, attempts, announcements, settings);
    const people = new People(world, product, checks);
    for (const { spec, behaviour } of scenario.runs) attempts.expect(spec.id, behaviour);
    await new Case(world, product, settings, scenario, people, checks).unfold();
  };
  return verdictOf(seed, world, unfold, () => {
    product.host.close();
    product.d1.close();
  });
}

function victimsOf(runs: readonly RunPlan[], lanes: readonly string[]): string[] {
  return [...lanes.map(laneName), ...runs.map(({ spec }) => runName(spec.id)), CAPACITY];
}

class Case {
  readonly #world: World;
  readonly #product: Product;
  readonly #settings: Settings;
  readonly #scenario: Scenario;
  readonly #people: People;
  readonly #checks: Checks;
  readonly #fullLanes = new Map<string, number>();

  constructor(world: World, product: Product, settings: Settings, scenario: Scenario, people: People, checks: Checks) {
    this.#world = world;
    this.#product = product;
    this.#settings = settings;
    this.#scenario = scenario;
    this.#people = people;
    this.#checks = checks;
  }

  async unfold(): Promise<void> {
    const { runs, deeds, mishaps, lanes } = this.#scenario;
    this.#product.host.standIn = (object, method, args) => this.#refuse(object.name, method, args);
    for (const plan of runs) {
      plan.sentAt.forEach((at, index) => {
        this.#plan(at, `send ${plan.spec.id} ${index + 1}`, () => void this.#people.send(plan));
      });
      for (let watcher = 1; watcher <= plan.watchers; watcher++) {
        const watch = () => void this.#people.do({ type: "watch", runId: plan.spec.id });
        this.#plan(plan.sentAt[0]!, `watch ${plan.spec.id} ${watcher}`, watch);
      }
    }
    for (const { at, name, what } of deeds) {
      this.#plan(at, `${name}: ${JSON.stringify(what)}`, () => void this.#people.do(what));
    }
    for (const { at, name, what } of mishaps) {
      this.#plan(at, `${name}: ${JSON.stringify(what)}`, () => this.#befall(what));
    }
    this.#world.schedule(STORM_MS, {
      ...{ target: "world", kind: "timer", label: "the storm is over" },
      run: () => {
        this.#world.fate.faultsGoOn = false;
      },
    });
    this.#world.schedule(STORM_MS + AFTERMATH_MS, {
      ...{ target: "world", kind: "timer", label: "clients go home" },
      run: () => {
        this.#checks.isOver = true;
      },
    });
    await this.#world.runDry(STEPS_MAX);
    this.#checks.atRest();
    await this.#letGo(lanes);
    await this.#world.runDry(STEPS_MAX);
    await this.#recopy();
    this.#checks.atEnd();
    this.#world.throwIfViolated();
  }

  #plan(at: number, name: string, happen: () => void): void {
    if (!this.#world.fate.strikes(name)) return;
    this.#world.schedule(at, { target: "world", kind: "timer", label: `== ${name}`, run: happen });
  }

  /** Nothing may wait without end: pauses and holds are lifted. */
  async #letGo(lanes: readonly string[]): Promise<void> {
    for (const lane of lanes) void this.#people.insist({ type: "resume", lane });
    await this.#world.runDry(STEPS_MAX);
    for (const { lane, runId } of this.#checks.held) void this.#people.insist({ type: "unhold", runId, lane, to: 1 });
  }

  /** A copy that somebody asked for and did not get is asked for again. */
  async #recopy(): Promise<void> {
    for (const runId of this.#checks.reprojecting) void this.#people.insist({ type: "reproject", runId });
    await this.#world.runDry(STEPS_MAX);
  }

  #refuse(name: string, method: string, args: readonly unknown[]): unknown {
    const until = this.#fullLanes.get(name);
    if (method !== "enqueue" || until === undefined || until < this.#world.elapsedMs) return null;
    const { runId } = args[0] as { readonly runId: string };
    const { database } = this.#product.host.object(name);
    const isKnown =
      database.tables.includes("entries") &&
      database.rows("SELECT 1 FROM entries WHERE run_id = ?", [runId]).length > 0;
    return isKnown ? null : { accepted: false, code: "lane-full" };
  }

  #befall(mishap: Mishap): void {
    const { host, d1 } = this.#product;
    const world = this.#world;
    switch (mishap.type) {
      case "crash": {
        const { current } = host.object(mishap.victim);
        if (current) host.kill(current, "crash");
        return;
      }
      case "supersede": {
        const { current } = host.object(mishap.victim);
        if (current) host.supersede(current, world.fate.number("superseded for") * SUPERSEDED_MAX_MS);
        return;
      }
      case "ring":
        if (!host.object(mishap.victim).isRinging) host.object(mishap.victim).ring();
        return;
      case "crash-all":
        for (const { current } of host.objects) if (current) host.kill(current, "crash of all");
        return;
      case "deploy":
        this.#settings.capacity = mishap.capacity;
        for (const { current } of host.objects) if (current) host.kill(current, "deploy");
        return;
      case "jump":
        world.jump(mishap.ms);
        for (const object of host.objects) if (object.alarmAt !== null) object.lookAtClockAgain();
        return;
      case "d1-outage":
        d1.isDown = true;
        world.schedule(mishap.forMs, {
          ...{ target: "d1", kind: "timer", label: "D1 is back" },
          run: () => {
            d1.isDown = false;
          },
        });
        return;
      case "full-lane":
        this.#fullLanes.set(laneName(mishap.lane), world.elapsedMs + mishap.forMs);
    }
  }
}
