import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EffectState, intended, owedEffect, step } from "../../../worker/effects/journal.ts";
import { type EffectKind, type EffectRecord, performEffect } from "../../../worker/effects/perform.ts";

/** What happens to one request, or to one question. */
const FATES = ["done", "done, answer lost", "never arrived", "declined", "killed before", "killed after"] as const;
type Fate = (typeof FATES)[number];

class Killed extends Error {}

/** A receiver with a ledger, a process that can be killed at any await, and storage that survives it. */
class World {
  state: EffectState = intended(0);
  now = 0;
  readonly ledger: string[] = [];
  readonly #fates: Fate[];
  /** Set while a process lives: a dead one writes nothing. */
  #process = 0;

  constructor(fates: readonly Fate[]) {
    this.#fates = [...fates];
  }

  kind(reconciliation: "repeat" | "ask"): EffectKind<string, string> {
    const rules = { retryDelaysMs: [10, 10, 10, 10] };
    const send = async (request: string, key: string) => {
      const fate = this.#fates.shift() ?? "done";
      if (fate === "killed before") throw new Killed();
      if (fate === "declined") return { outcome: "not-done" as const, notBefore: null, receipt: fate };
      if (fate !== "never arrived" && !(reconciliation === "repeat" && this.ledger.includes(key)))
        this.ledger.push(key);
      if (fate === "killed after") throw new Killed();
      return { outcome: fate === "done" ? ("done" as const) : ("unknown" as const), notBefore: null, receipt: request };
    };
    if (reconciliation === "repeat") return { ...rules, reconciliation, send };
    const ask = async (_request: string, key: string) => {
      const fate = this.#fates.shift() ?? "done";
      if (fate.startsWith("killed")) throw new Killed();
      const isKnown = fate === "done" || fate === "declined";
      const finding = isKnown ? (this.ledger.includes(key) ? ("done" as const) : ("absent" as const)) : "unknown";
      return { finding, notBefore: null } as const;
    };
    return { ...rules, reconciliation, send, ask };
  }

  /** One process: it lives until it is killed or nothing is owed. */
  async live(kind: EffectKind<string, string>): Promise<void> {
    const own = ++this.#process;
    this.state = step(this.state, { type: "lost" }, kind, this.now);
    const record: EffectRecord<string> = {
      read: () => this.state,
      save: (state) => {
        if (own === this.#process) this.state = state;
      },
    };
    const ports = {
      clock: { now: () => this.now, sleep: async () => {} },
      random: { bytes: (length: number) => new Uint8Array(length) },
    };
    for (let work = owedEffect(this.state, kind); work !== null; work = owedEffect(this.state, kind)) {
      this.now = Math.max(this.now, work.dueAt);
      await performEffect(kind, { key: "k", request: "r" }, record, ports);
    }
  }

  async settle(reconciliation: "repeat" | "ask"): Promise<void> {
    const kind = this.kind(reconciliation);
    for (let lives = 0; lives < 100; lives++) {
      try {
        await this.live(kind);
        if (this.state.name !== "sent") return;
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
      }
    }
    throw new Error("it never settled");
  }
}

describe.each(["repeat", "ask"] as const)("performEffect with a receiver that one can %s", (reconciliation) => {
  it("does an effect at most once, and never says more than it knows", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...FATES), { maxLength: 12 }), async (fates) => {
        const world = new World(fates);
        await world.settle(reconciliation);
        const { name } = world.state;
        expect(world.ledger.length).toBeLessThanOrEqual(1);
        if (name === "acknowledged") expect(world.ledger).toEqual(["k"]);
        if (name === "refused") expect(world.ledger).toEqual([]);
        expect(name === "unknown" || name === "acknowledged" || name === "refused").toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe("performEffect", () => {
  it("does nothing before it is due, and nothing for an effect that was deleted", async () => {
    const saved: EffectState[] = [];
    const kind = new World([]).kind("repeat");
    const ports = { clock: { now: () => 5, sleep: async () => {} }, random: { bytes: () => new Uint8Array(1) } };
    for (const state of [intended(6), null]) {
      const record = { read: () => state, save: (next: EffectState) => void saved.push(next) };
      await performEffect(kind, { key: "k", request: "r" }, record, ports);
    }
    expect(saved).toEqual([]);
  });

  it("sends once when two start it at once", async () => {
    const sent: string[] = [];
    let state = intended(0);
    const kind: EffectKind<string, null> = {
      reconciliation: "repeat",
      retryDelaysMs: [],
      send: async (request) => {
        sent.push(request);
        return { outcome: "done", notBefore: null, receipt: null };
      },
    };
    const save = (next: EffectState) => {
      state = next;
    };
    const record = { read: () => state, save };
    const ports = { clock: { now: () => 5, sleep: async () => {} }, random: { bytes: () => new Uint8Array(1) } };
    const perform = () => performEffect(kind, { key: "k", request: "r" }, record, ports);
    await Promise.all([perform(), perform()]);
    expect(sent).toEqual(["r"]);
    expect(state).toMatchObject({ name: "acknowledged", attempt: 1 });
  });
});
