import { describe, expect, it } from "vitest";
import { type Item, NEW_ITEM } from "../../../worker/domain/item.ts";
import type { StoredItems } from "../../../worker/effects/item-desk.ts";
import { AHEAD_MS, type ItemsAhead, ReadAhead } from "../../../worker/effects/read-ahead.ts";

const story = (key: string, version = 1): Item => {
  const fields = { ...NEW_ITEM.story, key, title: key } as Item["fields"];
  return { id: `item_${key}`, kind: "story", version, fields, evidence: null };
};

const STRETCH = 20;

function reading({ hasAllOrigins = true } = {}) {
  const stored = new Map([["RUN-1", story("RUN-1")]]);
  const asked: string[] = [];
  let now = 0;
  const single = (name: string): StoredItems["byId"] => {
    return async (key) => {
      asked.push(`${name} ${key}`);
      return stored.get(key) ?? null;
    };
  };
  const ahead = new ReadAhead({
    stored: { byId: single("id"), byOrigin: single("origin"), list: async () => [] },
    load: async (): Promise<ItemsAhead> => {
      asked.push("all");
      return {
        keys: new Set(["RUN-1", "RUN-2"]),
        stories: new Map(stored),
        origins: hasAllOrigins ? new Map([["story:mtg_1:0:1", story("RUN-1")]]) : null,
      };
    },
    loadStretch: async (from) => {
      asked.push(`from ${from}`);
      const rows = [...stored].filter(([key]) => key >= from).sort(([one], [other]) => (one < other ? -1 : 1));
      const stories = new Map(rows.slice(0, STRETCH));
      return { from, to: rows.length < STRETCH ? null : [...stories.keys()].at(-1)!, stories };
    },
    clock: { now: () => now, sleep: async () => {} },
  });
  const pass = (ms: number) => {
    now += ms;
  };
  return { ahead, stored, asked, pass };
}

describe("items that are read ahead", () => {
  it("answer any number of look-ups, also for what is not there, from one reading", async () => {
    const { ahead, asked } = reading();
    const found = await Promise.all([ahead.byKey("RUN-1"), ahead.byKey("RUN-2"), ahead.byOrigin("story:mtg_1:0:1")]);
    expect(found.map((each) => each?.id ?? null)).toEqual(["item_RUN-1", null, "item_RUN-1"]);
    expect(await ahead.byOrigin("story:mtg_1:7:1")).toBeNull();
    expect(asked).toEqual(["all"]);
  });

  it("leave what nobody could know ahead to the store", async () => {
    const { ahead, asked } = reading({ hasAllOrigins: false });
    await ahead.byId("item_1");
    await ahead.byOrigin("story:mtg_1:0:1");
    expect(asked).toEqual(["id item_1", "all", "origin story:mtg_1:0:1"]);
  });

  it("are those around a story that nobody named, also where there is none", async () => {
    const { ahead, stored, asked } = reading();
    stored.set("PAY-9", story("PAY-9"));
    for (const key of ["PAY-9", "PAY-1", "PAY-10", "PAY-99999"]) {
      expect((await ahead.byKey(key))?.id ?? null).toBe(key === "PAY-9" ? "item_PAY-9" : null);
    }
    expect(asked).toEqual(["all", "from PAY-"]);
  });

  it.each([
    ["upwards", (keys: number[]) => keys],
    ["downwards", (keys: number[]) => keys.toReversed()],
    ["to and fro", (keys: number[]) => keys.toSorted((one, other) => (one % 7) - (other % 7))],
  ])("are found %s in a large project, from few readings", async (_, inOrder) => {
    const { ahead, stored, asked } = reading();
    for (let number = 1; number <= 1_000; number++) stored.set(`BIG-${number}`, story(`BIG-${number}`));
    const numbers = Array.from({ length: 1_100 }, (_, at) => at + 1);
    for (const number of inOrder(numbers)) {
      expect((await ahead.byKey(`BIG-${number}`))?.id).toBe(number <= 1_000 ? `item_BIG-${number}` : undefined);
    }
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length).toBeLessThan(130);
  });

  it("are read again when they are old, or turned out to be wrong", async () => {
    const { ahead, stored, asked, pass } = reading();
    await ahead.byKey("RUN-1");
    stored.set("RUN-1", story("RUN-1", 2));
    pass(AHEAD_MS);
    expect((await ahead.byKey("RUN-1"))?.version).toBe(1);
    pass(1);
    expect((await ahead.byKey("RUN-1"))?.version).toBe(2);
    stored.set("RUN-1", story("RUN-1", 3));
    ahead.forget();
    expect((await ahead.byKey("RUN-1"))?.version).toBe(3);
    expect(asked).toEqual(["all", "all", "all"]);
  });
});
