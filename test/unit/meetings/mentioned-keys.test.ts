import { expect, it } from "vitest";
import { mentionedKeys } from "../../../worker/meetings/mentioned-keys.ts";

const spoken = (...texts: string[]) => texts.map((text, index) => ({ index, speaker: null, startMs: null, text }));

it("finds the keys that were named, each once, as far as is asked for", () => {
  const utterances = spoken("RUN-12 and PAY-7, not run-3 or RUN-0.", "(RUN-12) then SHOP-1234567: fine.");
  expect(mentionedKeys(utterances, 50)).toEqual(["RUN-12", "PAY-7", "SHOP-1234567"]);
  expect(mentionedKeys(utterances, 2)).toEqual(["RUN-12", "PAY-7"]);
});
