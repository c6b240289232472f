import { describe, expect, it } from "vitest";
import { EventDecoder, type ServerSentEvent } from "../../../worker/llm/server-sent-events.ts";

function decoded(pieces: readonly Uint8Array[]): ServerSentEvent[] {
  const decoder = new EventDecoder();
  return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.end()];
}

const LINES = [
  ": a comment",
  "event: greeting",
  "data: Grüße, 世界",
  "data",
  "data:second",
  "id: 7",
  "",
  "data:  two spaces: a colon",
  "",
  "event: nothing to tell",
  "",
  "",
  "data: [DONE]",
];
const EVENTS = [
  { name: "greeting", data: "Grüße, 世界\n\nsecond" },
  { name: null, data: " two spaces: a colon" },
  { name: null, data: "[DONE]" },
];

describe("EventDecoder", () => {
  it.each(["\n", "\r\n", "\r"])("reads lines that end in %j, wherever they are cut, at every byte", (end) => {
    const bytes = new TextEncoder().encode(LINES.join(end));
    expect(decoded([bytes])).toEqual(EVENTS);
    for (let at = 0; at <= bytes.length; at++) {
      expect(decoded([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(EVENTS);
    }
    expect(decoded(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(EVENTS);
  });

  it("gives an event as soon as the empty line behind it is there, and none twice", () => {
    const decoder = new EventDecoder();
    const push = (text: string) => decoder.push(new TextEncoder().encode(text));
    expect(push("data: 1\n")).toEqual([]);
    expect(push("\ndata: 2\n\ndata: 3")).toEqual([
      { name: null, data: "1" },
      { name: null, data: "2" },
    ]);
    expect(decoder.end()).toEqual([{ name: null, data: "3" }]);
    expect(decoder.end()).toEqual([]);
  });
});
