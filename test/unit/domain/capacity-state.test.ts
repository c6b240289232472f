import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Allotment } from "../../../worker/domain/allotment.ts";
import { type CapacityState, capacityTransition, reportTransition } from "../../../worker/domain/capacity-state.ts";

const NAMES = ["a", "b", "c", "d"] as const;

/** A lane as far as its workspace is concerned: what it was given, what it runs. */
interface FakeLane {
  allotment: Allotment;
  running: number;
  wanted: number;
}

/** Lanes that report and take allotments; messages between them may be late or lost. */
class World {
  state: CapacityState;
  readonly lanes = new Map<string, FakeLane>();
  readonly #inFlight: { lane: string; allotment: Allotment }[] = [];

  constructor(capacity: number) {
    this.state = { capacity, lanes: new Map() };
    for (const name of NAMES) {
      this.lanes.set(name, { allotment: { slots: 0, target: 0, revision: 0 }, running: 0, wanted: 0 });
    }
  }

  report(name: string, now: number): void {
    const lane = this.lanes.get(name)!;
    const { allotment, running, wanted: demand } = lane;
    const report = { lane: name, demand, running, concurrency: 20, isPaused: false, allotment };
    const { state, allotments } = reportTransition(this.state, report, now);
    this.state = state;
    // The answer.
    const { slots, target, revision } = state.lanes.get(name)!;
    this.#inFlight.push({ lane: name, allotment: { slots, target, revision } });
    for (const { lane: to, slots, target, revision } of allotments) {
      this.#inFlight.push({ lane: to, allotment: { slots, target, revision } });
    }
  }

  deliver(index: number): void {
    const message = this.#inFlight[index % Math.max(1, this.#inFlight.length)];
    if (message) this.#take(message.lane, message.allotment);
  }

  /** Everything is heard by everybody, until nothing changes. */
  settle(now: number): void {
    for (let round = 0; round < 20; round++) {
      for (const { lane, allotment } of this.#inFlight.splice(0)) this.#take(lane, allotment);
      for (const name of NAMES) {
        this.start(name, 20);
        this.report(name, now + round);
      }
    }
  }

  start(name: string, most: number): void {
    const lane = this.lanes.get(name)!;
    lane.running += Math.max(0, Math.min(most, lane.wanted - lane.running, lane.allotment.target - lane.running));
  }

  end(name: string): void {
    const lane = this.lanes.get(name)!;
    if (lane.running === 0) return;
    lane.running -= 1;
    lane.wanted -= 1;
    this.#lower(lane);
  }

  get running(): number {
    return [...this.lanes.values()].reduce((sum, lane) => sum + lane.running, 0);
  }

  #take(name: string, allotment: Allotment): void {
    const lane = this.lanes.get(name)!;
    if (allotment.revision <= lane.allotment.revision) return;
    lane.allotment = allotment;
    this.#lower(lane);
  }

  #lower(lane: FakeLane): void {
    const { slots, target } = lane.allotment;
    lane.allotment = { ...lane.allotment, slots: Math.min(slots, Math.max(target, lane.running)) };
  }
}

const step = fc.oneof(
  fc.record({ type: fc.constant("want" as const), lane: fc.constantFrom(...NAMES), count: fc.nat(6) }),
  fc.record({ type: fc.constantFrom("report" as const, "end" as const), lane: fc.constantFrom(...NAMES) }),
  fc.record({ type: fc.constant("start" as const), lane: fc.constantFrom(...NAMES), count: fc.nat(4) }),
  fc.record({ type: fc.constant("deliver" as const), index: fc.nat(30) }),
);

describe("reportTransition", () => {
  it("never lets lanes run more than the capacity, whatever is late, doubled or lost", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.array(step, { maxLength: 120 }), (capacity, steps) => {
        const world = new World(capacity);
        steps.forEach((each, now) => {
          if (each.type === "want") world.lanes.get(each.lane)!.wanted += each.count;
          if (each.type === "report") world.report(each.lane, now);
          if (each.type === "end") world.end(each.lane);
          if (each.type === "start") world.start(each.lane, each.count);
          if (each.type === "deliver") world.deliver(each.index);
          expect(world.running).toBeLessThanOrEqual(capacity);
          const slots = [...world.state.lanes.values()].reduce((sum, lane) => sum + lane.slots, 0);
          expect(slots).toBeLessThanOrEqual(capacity);
        });
      }),
    );
  });

  it("leaves nothing unused that somebody wants, once everything was heard", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.nat(8), { minLength: 4, maxLength: 4 }),
        (capacity, wants) => {
          const world = new World(capacity);
          NAMES.forEach((name, index) => {
            world.lanes.get(name)!.wanted = wants[index]!;
          });
          world.settle(0);
          const wanted = wants.reduce((sum, each) => sum + each, 0);
          expect(world.running).toBe(Math.min(capacity, wanted));
        },
      ),
    );
  });

  it("shares fairly: who wants less gets it whole, the others get equal parts", () => {
    const world = new World(10);
    for (const [name, wanted] of [
      ["a", 2],
      ["b", 9],
      ["c", 9],
    ] as const)
      world.lanes.get(name)!.wanted = wanted;
    world.settle(0);
    expect(NAMES.map((name) => world.lanes.get(name)!.running)).toEqual([2, 4, 4, 0]);
  });

  it("takes back from a lane that came first, as its runs end", () => {
    const world = new World(8);
    world.lanes.get("a")!.wanted = 20;
    world.settle(0);
    expect(world.lanes.get("a")!.running).toBe(8);
    world.lanes.get("b")!.wanted = 20;
    world.settle(100);
    expect(world.lanes.get("b")!.running).toBe(0);
    for (let each = 0; each < 8; each++) {
      world.end("a");
      world.settle(200 + each * 20);
    }
    expect([world.lanes.get("a")!.running, world.lanes.get("b")!.running]).toEqual([4, 4]);
  });

  it("gives each lane its turn where there are more lanes than slots", () => {
    const world = new World(2);
    for (const name of NAMES) world.lanes.get(name)!.wanted = 30;
    world.settle(0);
    const turns = new Map<string, number>();
    for (let round = 1; round <= 40; round++) {
      const busy = NAMES.filter((name) => world.lanes.get(name)!.running > 0);
      const first = busy[round % busy.length]!;
      turns.set(first, (turns.get(first) ?? 0) + 1);
      world.end(first);
      world.settle(round * 100);
    }
    for (const name of NAMES) expect(turns.get(name), name).toBeGreaterThanOrEqual(6);
  });

  it("comes down to a lowered capacity as runs end", () => {
    const world = new World(6);
    world.lanes.get("a")!.wanted = 20;
    world.settle(0);
    world.state = capacityTransition(world.state, 2).state;
    for (let each = 0; each < 6; each++) {
      world.end("a");
      world.settle(100 + each * 20);
    }
    expect(world.running).toBe(2);
  });
});
