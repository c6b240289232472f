import { describe, expect, it } from "vitest";
import { WriteTurns } from "../../../durable-objects/budget-ledger/write-turns.ts";

/** A clock whose sleepers are woken by hand; each turn of the event loop is one number. */
function scene() {
  const sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  let now = 1_000;
  const clock = {
    now: () => now,
    sleep: (ms: number) => new Promise<void>((wake) => sleepers.push({ at: now + ms, wake })),
  };
  const turns = new WriteTurns(clock);
  const done: string[] = [];
  const work = (name: string) => async () => {
    done.push(`${name} at ${now}`);
    return name;
  };
  const pass = async (ms: number) => {
    now += ms;
    for (const { wake } of sleepers.filter(({ at }) => at <= now)) wake();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { turns, work, done, pass };
}

describe("writes in turns", () => {
  it("are made at once where nothing was written lately, with all that waited, in their order", async () => {
    const { turns, work, done } = scene();
    const waiting = [turns.later(work("a")), turns.later(work("b"))];
    expect(done).toEqual([]);
    expect(await turns.soon(work("c"))).toBe("c");
    expect(await Promise.all(waiting)).toEqual(["a", "b"]);
    expect(done).toEqual(["a at 1000", "b at 1000", "c at 1000"]);
  });

  it("are done one after the other, however long one takes", async () => {
    const { turns, work, done } = scene();
    void turns.later(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      await work("slow")();
    });
    await turns.soon(work("quick"));
    expect(done).toEqual(["slow at 1000", "quick at 1000"]);
  });

  it("are shared by those who come right after one, who wait for a moment", async () => {
    const { turns, work, done, pass } = scene();
    await turns.soon(work("a"));
    const [b, c] = [turns.soon(work("b")), turns.soon(work("c"))];
    expect(done).toEqual(["a at 1000"]);
    await pass(1);
    expect(await Promise.all([b, c])).toEqual(["b", "c"]);
    expect(done.slice(1)).toEqual(["b at 1001", "c at 1001"]);
  });

  it("that nobody waits for are made within their time, once", async () => {
    const { turns, work, done, pass } = scene();
    void turns.later(work("a"));
    await pass(10);
    void turns.later(work("b"));
    expect(done).toEqual([]);
    await pass(40);
    expect(done).toEqual(["a at 1050", "b at 1050"]);
    await pass(1_000);
    expect(done).toHaveLength(2);
  });

  it("tell whoever gave them that they failed, and nobody else", async () => {
    const { turns, work } = scene();
    const lost = turns.later(() => Promise.reject(new Error("the disk is full")));
    const failed = expect(lost).rejects.toThrow("the disk is full");
    expect(await turns.soon(work("a"))).toBe("a");
    await failed;
  });
});
