/** The meetings that other tests take for real: long enough, read back as they were spoken, and true to what is expected of them. */
import { describe, expect, it } from "vitest";
import { readTranscript } from "../../../worker/meetings/transcript/read-transcript.ts";
import { MEETING_FIXTURES } from "../../fixtures/meetings/meetings.ts";

const LONG = ["sprint-planning", "incident-review", "roadmap", "design-review", "customer-call"];

describe.each(MEETING_FIXTURES.map((fixture) => [fixture.name, fixture] as const))(
  "the meeting %s",
  (name, fixture) => {
    it("is read from its file as it was spoken", async () => {
      const { utterances, words, format } = await readTranscript(fixture.bytes, fixture.format);
      expect(format).toBe(fixture.format);
      const said = fixture.utterances.map(({ speaker, startMs, text }) => ({ speaker, startMs, text }));
      expect(utterances.map(({ speaker, startMs, text }) => ({ speaker, startMs, text }))).toEqual(said);
      if (LONG.includes(name)) expect(words).toBeGreaterThan(8_000);
    });

    it("holds every quotation of what is expected, and every key", () => {
      const { stories, blockers, actionItems, decisions } = fixture.expected;
      const quotes = [...stories, ...blockers, ...actionItems, ...decisions].map(({ quote }) => quote);
      expect(quotes.filter((quote) => !fixture.utterances.some(({ text }) => text.includes(quote)))).toEqual([]);
      const keys = [...stories.map(({ key }) => key), ...blockers.map(({ story }) => story)].filter(
        (key) => key !== null,
      );
      const whole = fixture.utterances.map(({ text }) => text).join("\n");
      expect(keys.filter((key) => !whole.includes(key))).toEqual([]);
      const mentioned = new Set(whole.match(/\b[A-Z]{2,}-\d+\b/g));
      const unmentioned = [...mentioned].filter((key) => !stories.some((story) => story.key === key));
      // Spoken of, and left as they are.
      const LEFT_ALONE = ["SHOP-99", "LAB-3", "CORE-101", "FLEET-377", "FLEET-288"];
      expect(unmentioned.filter((key) => !LEFT_ALONE.includes(key))).toEqual([]);
    });
  },
);

it("no sentence of length stands in two scenes", () => {
  const counts = new Map<string, Set<string>>();
  for (const { name, utterances } of MEETING_FIXTURES.filter((fixture) => LONG.includes(fixture.name))) {
    for (const { text } of utterances) {
      if (text.length < 120) continue;
      counts.set(text, (counts.get(text) ?? new Set()).add(name));
    }
  }
  const once = [...counts.values()].filter((names) => names.size === 1).length;
  // The others are the digressions' own.
  expect(once / counts.size).toBeGreaterThan(0.9);
});
