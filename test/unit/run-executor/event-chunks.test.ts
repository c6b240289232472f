import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CHUNK_BYTES,
  chunkBehind,
  EVENT_TEXT_CHARS,
  type EventChunk,
  eventsOf,
  joinChunks,
  outputEvents,
  packEvents,
} from "../../../durable-objects/run-executor/event-chunks.ts";

const AT = "2026-11-20T18:04:36.806Z";
const bytesOf = (text: string) => new TextEncoder().encode(text).length;
const numbered = (texts: readonly string[]) =>
  texts
    .flatMap((text) => outputEvents("execute", "stdout", text))
    .map((body, index) => ({ seq: index + 1, at: AT, ...body }));

/** Stretches of the text that costs most: three bytes a unit, pairs, lone halves, NUL, escapes, and plain lines. */
const stretch = fc
  .tuple(
    fc.constantFrom("\u0000", "\ud800", "\udfff", "漢", "😀", '"', "\\", "\n", "é", "a", "words in a line\n", "\u2028"),
    fc.integer({ min: 1, max: 45_000 }),
  )
  .map(([unit, times]) => unit.repeat(times));
const texts = fc.array(
  fc.array(stretch, { maxLength: 3 }).map((parts) => parts.join("")),
  { maxLength: 4 },
);

const flat = (chunks: readonly EventChunk[]) => chunks.flatMap(eventsOf);

function expectSound(chunks: readonly EventChunk[]): void {
  for (const chunk of chunks) {
    expect(chunk.bytes).toBe(bytesOf(chunk.json));
    expect(chunk.bytes).toBeLessThanOrEqual(CHUNK_BYTES);
    const events = eventsOf(chunk);
    expect([events[0]?.seq, events.at(-1)?.seq]).toEqual([chunk.firstSeq, chunk.lastSeq]);
  }
}

describe("chunks of the stream", () => {
  it("stay within their size, and give back every code unit, whatever the text is made of", () => {
    fc.assert(
      fc.property(texts, (written) => {
        const events = numbered(written);
        const chunks = packEvents(events);
        expectSound(chunks);
        const found = flat(chunks);
        expect(found.map((event) => event.seq)).toEqual(events.map((event) => event.seq));
        const text = found.map((event) => (event.type === "output" ? event.text : ""));
        expect(text.join("") === written.join("")).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it("hold the largest event that there is", () => {
    const chunks = packEvents(numbered(["\u0000".repeat(EVENT_TEXT_CHARS)]));
    expectSound(chunks);
    expect(chunks).toHaveLength(1);
    expect(chunks[0]!.bytes).toBeGreaterThan(CHUNK_BYTES * 0.9);
  });

  it("are the same stream when they are joined, and when they are cut anywhere", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.array(fc.integer({ min: 1, max: 60 })), (lines, cuts) => {
        const events = numbered(Array.from({ length: lines }, (_, index) => `${"漢".repeat(index)} ${index}\n`));
        const rows: EventChunk[] = [];
        for (const size of [...cuts, lines]) {
          const at = rows.at(-1)?.lastSeq ?? 0;
          rows.push(...packEvents(events.slice(at, at + size)));
        }
        const joined = [...joinChunks(rows)];
        expectSound(joined);
        expect(flat(joined)).toEqual(events);
        const after = cuts[0] ?? 0;
        const rest = joined.flatMap((chunk) => chunkBehind(chunk, after) ?? []);
        expectSound(rest);
        expect(flat(rest)).toEqual(events.slice(after));
      }),
      { numRuns: 60 },
    );
  });

  it("join the rows of a program that waits between its lines", () => {
    const rows = numbered(Array.from({ length: 5_000 }, (_, index) => `line ${index}\n`)).flatMap((event) =>
      packEvents([event]),
    );
    expect(rows).toHaveLength(5_000);
    expect([...joinChunks(rows)].length).toBeLessThan(4);
  });
});
