/** The gate of an isolate's memory: nobody waits for good, nobody is passed over, and the capacity holds. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryGate, type Tenant } from "../../../worker/sandbox/memory-gate.ts";

describe("the gate", () => {
  it("lets in what fits, and keeps the rest in order", () => {
    const gate = new MemoryGate(100);
    const [a, b, c, d] = [gate.enter(10, 60), gate.enter(40, 60), gate.enter(60, 100), gate.enter(1, 10)];
    const positions = () => [a, b, c, d].map((tenant) => gate.position(tenant));
    expect(positions()).toEqual([0, 0, 1, 2]);
    gate.leave(a);
    expect(positions()).toEqual([0, 0, 1, 2]);
    gate.leave(b);
    expect([positions(), c.held, d.held]).toEqual([[0, 0, 0, 0], 60, 1]);
  });

  it("keeps room for one to grow to its limit", () => {
    const gate = new MemoryGate(100);
    const [a, b] = [gate.enter(10, 60), gate.enter(10, 60)];
    expect(gate.grow(a, 45)).toBe(true);
    expect(gate.grow(b, 46)).toBe(false);
    expect(gate.grow(a, 60)).toBe(true);
    gate.leave(a);
    expect([gate.position(b), b.held]).toEqual([0, 46]);
  });

  it("lets nobody in before one who waits to grow", () => {
    const gate = new MemoryGate(100);
    const [a, b] = [gate.enter(50, 60), gate.enter(10, 60)];
    expect(gate.grow(b, 45)).toBe(false);
    const late = gate.enter(1, 10);
    expect(gate.position(late)).toBe(2);
    gate.leave(a);
    expect([gate.position(b), gate.position(late)]).toEqual([0, 0]);
  });

  it("gives a guest that wants more than there is what there is", () => {
    const gate = new MemoryGate(100);
    const tenant = gate.enter(10, 500);
    expect(tenant.most).toBe(100);
    expect(gate.grow(tenant, 500)).toBe(true);
    expect(tenant.held).toBe(100);
  });

  it("forgets one that goes while it waits", () => {
    const gate = new MemoryGate(100);
    const [a, b, c] = [gate.enter(60, 100), gate.enter(60, 60), gate.enter(40, 40)];
    expect(gate.position(c)).toBe(2);
    gate.leave(b);
    expect([gate.position(c), gate.heldBytes]).toEqual([0, 100]);
    gate.leave(a);
    expect(gate.heldBytes).toBe(40);
  });

  it("goes on where memory that nobody asked for has left all waiting", () => {
    const gate = new MemoryGate(100);
    const [a, b] = [gate.enter(10, 60), gate.enter(10, 60)];
    gate.force(a, 50);
    gate.force(b, 50);
    expect(gate.grow(b, 55)).toBe(false);
    expect(gate.grow(a, 55)).toBe(true);
    gate.leave(a);
    expect(gate.position(b)).toBe(0);
  });
});

/** Guests that come, grow step by step and go, in an order that chance decides. */
interface Guest {
  readonly most: number;
  readonly steps: readonly number[];
  /** Takes its growth without asking. */
  readonly forces: boolean;
}

const guest = fc.record({
  most: fc.integer({ min: 8, max: 140 }),
  steps: fc.array(fc.integer({ min: 1, max: 140 }), { maxLength: 6 }),
  forces: fc.constant(false),
});

function simulate(guests: readonly Guest[], pick: (below: number) => number) {
  const capacity = 96;
  const gate = new MemoryGate(capacity);
  const live = guests.map(({ most, steps, forces }, arrival) => ({ arrival, most, steps: [...steps], forces }));
  const tenants = new Map<number, Tenant>();
  const finished: number[] = [];
  const entered: number[] = [];
  let forced = 0;
  for (let turns = 0; finished.length < guests.length; turns++) {
    if (turns > 10_000) throw new Error("nobody gets on");
    const ready = live.filter(({ arrival }) => {
      const tenant = tenants.get(arrival);
      if (tenant !== undefined) return gate.position(tenant) === 0;
      return arrival === 0 || tenants.has(arrival - 1);
    });
    if (ready.length === 0) throw new Error("everybody waits");
    const next = ready[pick(ready.length)]!;
    const tenant = tenants.get(next.arrival);
    const step = next.steps.shift();
    if (tenant === undefined) {
      next.steps.unshift(...(step === undefined ? [] : [step]));
      tenants.set(next.arrival, gate.enter(6, next.most));
    } else if (step === undefined) {
      gate.leave(tenant);
      live.splice(live.indexOf(next), 1);
      finished.push(next.arrival);
    } else if (next.forces) {
      const bytes = Math.min(step, tenant.most);
      forced += Math.max(0, bytes - tenant.held);
      gate.force(tenant, bytes);
    } else gate.grow(tenant, Math.min(step, tenant.most));
    for (const [arrival, { held }] of tenants) if (held > 0 && !entered.includes(arrival)) entered.push(arrival);
    if (gate.heldBytes > capacity + forced) throw new Error(`${gate.heldBytes} bytes are held`);
  }
  return { entered, held: gate.heldBytes };
}

describe("any number of guests", () => {
  it("end, in whatever order they take their turns, and never hold more than the capacity", () => {
    fc.assert(
      fc.property(fc.array(guest, { minLength: 1, maxLength: 12 }), fc.infiniteStream(fc.nat()), (guests, choices) => {
        const result = simulate(guests, (below) => choices.next().value % below);
        expect(result.held).toBe(0);
        expect(result.entered).toEqual(guests.map((_, arrival) => arrival));
      }),
      { numRuns: 1_000 },
    );
  });

  it("end also where some take memory without asking", () => {
    const rude = fc.record({
      most: fc.integer({ min: 8, max: 96 }),
      steps: fc.array(fc.integer({ min: 1, max: 96 }), { maxLength: 4 }),
      forces: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(rude, { minLength: 1, maxLength: 8 }), fc.infiniteStream(fc.nat()), (guests, choices) => {
        expect(simulate(guests, (below) => choices.next().value % below).held).toBe(0);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("a guest that was lost with its object", () => {
  it("is counted no longer once it has shown no sign of life, and asks anew should it live", () => {
    const gate = new MemoryGate(96);
    const lost = gate.enter(90, 96);
    const sleeper = gate.enter(1, 4);
    const waiting = gate.enter(20, 64);
    expect([lost, sleeper, waiting].map(({ held }) => held)).toEqual([90, 1, 0]);
    const before = gate.signsOfLife();
    gate.lives(sleeper);
    gate.dropSilent(before);
    expect([lost, sleeper, waiting].map(({ held }) => held)).toEqual([0, 1, 20]);
    expect(gate.grow(lost, 90)).toBe(false);
    gate.leave(waiting);
    expect(lost.held).toBe(90);
  });
});
