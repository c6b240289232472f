import { describe, expect, it } from "vitest";
import { Turns, TurnsBusyError } from "../../../worker/accounts/turns.ts";

/** Its time passes while somebody sleeps. */
function steppedClock() {
  let now = 0;
  return {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
  };
}

const ports = () => ({ clock: steppedClock(), keepAlive: () => {} });

describe("Turns", () => {
  it("does one thing at a time, in order, also after one that failed", async () => {
    const turns = new Turns(10);
    const each = ports();
    const seen: string[] = [];
    const work = (name: string) => async () => {
      seen.push(`${name} begins`);
      await Promise.resolve();
      seen.push(`${name} ends`);
      if (name === "b") throw new Error(name);
    };
    const results = await Promise.allSettled(["a", "b", "c"].map((name) => turns.take(work(name), each)));
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(seen).toEqual(["a", "b", "c"].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  it("refuses what comes when too many wait, and takes more afterwards", async () => {
    const turns = new Turns(2);
    const each = ports();
    const results = await Promise.allSettled([1, 2, 3].map((n) => turns.take(async () => n, each)));
    expect(results[2]).toMatchObject({ status: "rejected", reason: expect.any(TurnsBusyError) });
    expect(results.slice(0, 2)).toEqual([1, 2].map((value) => ({ status: "fulfilled", value })));
    expect(await turns.take(async () => 4, each)).toBe(4);
  });

  it("keeps a request at work until its turn is over, failed ones too", async () => {
    const turns = new Turns(2);
    const kept: Promise<unknown>[] = [];
    const failing = turns.take(
      async () => {
        throw new Error("failed");
      },
      { ...ports(), keepAlive: (work) => kept.push(work) },
    );
    await expect(failing).rejects.toThrow("failed");
    expect(await Promise.all(kept)).toEqual([undefined]);
  });

  it("forgets who was stopped, before its turn and in it", async () => {
    const mine = ports();
    // Of a request that was stopped no timer fires any more.
    const stopped = { ...mine, clock: { now: mine.clock.now, sleep: () => new Promise<void>(() => {}) } };
    const turns = new Turns(3);
    void turns.take(() => new Promise(() => {}), stopped);
    void turns.take(async () => "lost", stopped);
    expect(await turns.take(async () => "mine", mine)).toBe("mine");
    expect(mine.clock.now()).toBeGreaterThanOrEqual(60_000);
    expect(await turns.take(async () => "next", mine)).toBe("next");
  });
});
