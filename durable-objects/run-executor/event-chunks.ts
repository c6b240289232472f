/**
 * Stretches of a run's stream, as text that is stored, sent and copied to D1 without being read again. Pure.
 * Invariant: no chunk has more than {@link CHUNK_BYTES} of UTF-8, whatever its text is made of; joined or cut, chunks hold
 * the same events in the same order.
 */
import type { EventStream, RunEvent, RunEventBody, StepName } from "../../worker/domain/run.ts";
import { splitText } from "../../worker/domain/text-parts.ts";

/** Far below the 2 MB that a row may have, and small enough that a slow client's window is more than one chunk. */
export const CHUNK_BYTES = 256 * 1024;

/**
 * Longest text of one event, in UTF-16 code units; a longer line goes on in the next event. JSON writes a code unit with
 * at most 6 bytes (`\u0000`), so that an event always fits into a chunk.
 */
export const EVENT_TEXT_CHARS = 40_000;

export interface EventChunk {
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** The events as a JSON array. */
  readonly json: string;
  /** Of `json` in UTF-8. */
  readonly bytes: number;
}

/**
 * Splits output into one event for each line; a line that is not finished yet stays without its line feed. Not
 * `byLine`: into as few events as can be.
 */
export function outputEvents(step: StepName, stream: EventStream, text: string, byLine = true): RunEventBody[] {
  const lines = byLine ? (text.match(/[^\n]*\n|[^\n]+$/g) ?? []) : [text];
  return lines
    .flatMap((line) => splitText(line, EVENT_TEXT_CHARS))
    .map((part) => ({ type: "output", step, stream, text: part }));
}

export function countEvents({ firstSeq, lastSeq }: EventChunk): number {
  return lastSeq - firstSeq + 1;
}

export function eventsOf({ json }: EventChunk): readonly RunEvent[] {
  return JSON.parse(json);
}

export function chunkOf(firstSeq: number, lastSeq: number, json: string): EventChunk {
  return { firstSeq, lastSeq, json, bytes: utf8Bytes(json) };
}

/** Events with consecutive numbers as chunks, each as full as it may be. */
export function packEvents(events: readonly RunEvent[]): EventChunk[] {
  return [
    ...joinChunks(
      events.map((event) => {
        return chunkOf(event.seq, event.seq, `[${JSON.stringify(event)}]`);
      }),
    ),
  ];
}

/** The same stream in fewer chunks: neighbours are joined as long as they fit together. */
export function* joinChunks(chunks: Iterable<EventChunk>): Generator<EventChunk> {
  let open: EventChunk[] = [];
  let bytes = 0;
  for (const chunk of chunks) {
    if (open.length > 0 && bytes + chunk.bytes > CHUNK_BYTES) {
      yield joined(open, bytes);
      [open, bytes] = [[], 0];
    }
    // A comma takes the place of the two brackets between neighbours.
    bytes += chunk.bytes - (open.length > 0 ? 1 : 0);
    open.push(chunk);
  }
  if (open.length > 0) yield joined(open, bytes);
}

function joined(chunks: readonly EventChunk[], bytes: number): EventChunk {
  const [first, last] = [chunks[0]!, chunks.at(-1)!];
  if (chunks.length === 1) return first;
  const json = `[${chunks.map((chunk) => chunk.json.slice(1, -1)).join(",")}]`;
  return { firstSeq: first.firstSeq, lastSeq: last.lastSeq, json, bytes };
}

/** What of the chunk lies behind `after`; null when nothing does. */
export function chunkBehind(chunk: EventChunk, after: number): EventChunk | null {
  if (chunk.firstSeq > after) return chunk;
  if (chunk.lastSeq <= after) return null;
  const events = eventsOf(chunk).filter((event) => event.seq > after);
  return chunkOf(after + 1, chunk.lastSeq, JSON.stringify(events));
}

function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    // JSON escapes lone surrogates, so each half stands for two bytes of a pair's four.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}
