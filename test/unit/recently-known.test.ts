import { describe, expect, it } from "vitest";
import { RecentlyKnown } from "../../worker/recently-known.ts";

const MOMENT_MS = 600;

/** A database that answers when it is told to, and a clock that moves when it is told to. */
function world() {
  const asked: ((value: string | null) => void)[] = [];
  const sleeps: { readonly until: number; readonly wake: () => void }[] = [];
  let now = 1_000_000;
  const known = new RecentlyKnown<string>({
    now: () => now,
    sleep: (ms) => new Promise((wake) => sleeps.push({ until: now + ms, wake })),
  });
  const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
  return {
    known,
    asked,
    find: (key = "a") => known.find(key, () => new Promise((answer) => asked.push(answer))),
    turn,
    async pass(ms: number) {
      now += ms;
      for (const { until, wake } of sleeps) if (until <= now) wake();
      await turn();
    },
  };
}

describe("RecentlyKnown", () => {
  it("asks once for all that need the same at once, and remembers it", async () => {
    const { find, asked, pass } = world();
    const all = [find(), find(), find()];
    await pass(5);
    expect(asked).toHaveLength(1);
    asked[0]!("yes");
    await pass(5);
    expect(await Promise.all(all)).toEqual(["yes", "yes", "yes"]);
    await pass(900);
    expect(await find()).toBe("yes");
    expect(asked).toHaveLength(1);
    void find("b");
    expect(asked).toHaveLength(2);
  });

  it("has one ask anew before it is too old, while the others go on with what is known", async () => {
    const { find, asked, pass, turn } = world();
    void find();
    asked[0]!("old");
    await pass(1_000);
    const anew = find();
    expect(await find()).toBe("old");
    expect(asked).toHaveLength(2);
    asked[1]!("new");
    expect(await anew).toBe("new");
    await turn();
    expect(await find()).toBe("new");
    expect(asked).toHaveLength(2);
  });

  it("knows nothing two seconds after it was asked, however long the answer took", async () => {
    const { find, asked, pass } = world();
    const slow = find();
    await pass(1_900);
    asked[0]!("slow");
    expect(await slow).toBe("slow");
    const anew = find();
    expect(await find()).toBe("slow");
    await pass(100);
    const expired = find();
    asked[1]!("new");
    await pass(5);
    expect(await Promise.all([anew, expired])).toEqual(["new", "new"]);
    expect(asked).toHaveLength(2);
  });

  it("leaves nobody waiting for who asked and never hears", async () => {
    const { find, asked, pass } = world();
    const [lost, ...others] = [find(), find(), find()];
    await pass(MOMENT_MS);
    expect(asked).toHaveLength(3);
    asked[1]!("yes");
    asked[2]!("yes");
    expect(await Promise.all(others)).toEqual(["yes", "yes"]);
    expect(await find()).toBe("yes");
    asked[0]!("late");
    expect(await lost).toBe("late");
    expect(await find()).toBe("yes");
  });

  it("remembers neither what was not found, nor what was asked before it was forgotten, nor a failure", async () => {
    const { known, find, asked } = world();
    const none = find();
    asked[0]!(null);
    expect(await none).toBeNull();
    const before = find();
    known.forget("a");
    asked[1]!("revoked");
    expect(await before).toBe("revoked");
    const after = find();
    expect(asked).toHaveLength(3);
    asked[2]!("valid");
    expect(await after).toBe("valid");
    known.forgetAll();
    await expect(known.find("a", () => Promise.reject(new Error("away")))).rejects.toThrow("away");
    expect(await known.find("a", async () => "back")).toBe("back");
  });
});
