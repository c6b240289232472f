import { expect, it } from "vitest";
import { type Item, labelOf } from "../../../worker/domain/item.ts";

const story = (key: string | null, title: string) =>
  labelOf({ kind: "story", fields: { key, title, status: "todo" } as unknown as Item["fields"] });

it.each([
  ["SHOP-1", "Retry", "SHOP-1 · Retry"],
  ["SHOP-1", "SHOP-1, as it was named", "SHOP-1, as it was named"],
  ["SHOP-1", "SHOP-1", "SHOP-1"],
  ["SHOP-1", "SHOP-10 comes first", "SHOP-1 · SHOP-10 comes first"],
  [null, "Retry", "Retry"],
] as const)("a story %s called %s is told as %s", (key, title, label) => {
  expect(story(key, title)).toBe(label);
});
