/**
 * The run's live stream as it is stored: chunks of events with consecutive sequence numbers.
 * Owns numbering and the bounds of a row. Stored before anybody is told; the numbers have no gap.
 */
import { toIso } from "../../worker/domain/instant.ts";
import type { OutputSegment } from "../../worker/domain/replay.ts";
import type { EventStream, RunEvent, RunEventBody, StepName } from "../../worker/domain/run.ts";
import { splitText } from "../../worker/domain/text-parts.ts";

/** Longest text of one event, in UTF-16 code units; a longer line goes on in the next event. */
const EVENT_TEXT_CHARS = 60_000;
/** A chunk holds at most this many code units of text, so that its row stays far below 2 MB. */
const CHUNK_TEXT_CHARS = 120_000;
const CHUNK_EVENTS = 2_000;

export interface EventChunk {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly events: readonly RunEvent[];
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS event_chunks (
    first_seq INTEGER PRIMARY KEY,
    last_seq INTEGER NOT NULL,
    events TEXT NOT NULL
  ) STRICT;
`;

type ChunkRow = { first_seq: number; last_seq: number; events: string };

/** Splits output into one event for each line; a line that is not finished yet stays without its line feed. */
export function outputEvents(step: StepName, stream: EventStream, text: string): RunEventBody[] {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return lines
    .flatMap((line) => splitText(line, EVENT_TEXT_CHARS))
    .map((part) => ({ type: "output", step, stream, text: part }));
}

export class OutputLog {
  readonly #sql: SqlStorage;
  #lastSeq: number;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(SCHEMA);
    const row = sql.exec<{ seq: number | null }>("SELECT max(last_seq) AS seq FROM event_chunks").one();
    this.#lastSeq = row.seq ?? 0;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Numbers and stores the events; returns them as they were stored. */
  append(bodies: readonly RunEventBody[], now: number): RunEvent[] {
    const at = toIso(now);
    const events = bodies.map((body, index) => ({ seq: this.#lastSeq + 1 + index, at, ...body }));
    for (const chunk of toChunks(events)) {
      this.#sql.exec(
        "INSERT INTO event_chunks (first_seq, last_seq, events) VALUES (?, ?, ?)",
        chunk.firstSeq,
        chunk.lastSeq,
        JSON.stringify(chunk.events),
      );
    }
    this.#lastSeq += events.length;
    return events;
  }

  /** Forgets a run that was never shown to anybody: the next one's numbers start at 1 again. */
  clear(): void {
    this.#sql.exec("DELETE FROM event_chunks");
    this.#lastSeq = 0;
  }

  /** All events behind `after`, chunk by chunk. */
  *chunksAfter(after: number): Generator<EventChunk> {
    const rows = this.#sql.exec<ChunkRow>(
      "SELECT first_seq, last_seq, events FROM event_chunks WHERE last_seq > ? ORDER BY first_seq",
      after,
    );
    for (const row of rows) {
      const all: RunEvent[] = JSON.parse(row.events);
      const events = row.first_seq > after ? all : all.filter((event) => event.seq > after);
      yield { firstSeq: events[0]!.seq, lastSeq: row.last_seq, events };
    }
  }

  /** What the last attempt wrote, by stream. */
  outputOfLastAttempt(): { stdout: string; stderr: string } {
    const segments = this.segmentsOfLastAttempt();
    const of = (stream: OutputSegment["stream"]) =>
      segments.flatMap((segment) => (segment.stream === stream ? [segment.text] : [])).join("");
    return { stdout: of("stdout"), stderr: of("stderr") };
  }

  /** What the program of the last attempt wrote, in order. */
  segmentsOfLastAttempt(): readonly OutputSegment[] {
    let segments: OutputSegment[] = [];
    for (const { events } of this.chunksAfter(0)) {
      for (const event of events) {
        if (event.type === "step-start" && event.step === "execute") segments = [];
        if (event.type === "output" && event.stream !== "system")
          segments.push({ stream: event.stream, text: event.text });
      }
    }
    return segments;
  }

  /** All output as plain text, every attempt and stream in order. */
  text(): string {
    const parts: string[] = [];
    for (const { events } of this.chunksAfter(0)) {
      for (const event of events) if (event.type === "output") parts.push(event.text);
    }
    return parts.join("");
  }
}

function* toChunks(events: readonly RunEvent[]): Generator<EventChunk> {
  let start = 0;
  let chars = 0;
  for (let index = 0; index < events.length; index++) {
    const event = events[index]!;
    chars += event.type === "output" ? event.text.length : 0;
    const isLast = index === events.length - 1;
    if (!isLast && chars < CHUNK_TEXT_CHARS && index - start + 1 < CHUNK_EVENTS) continue;
    yield { firstSeq: events[start]!.seq, lastSeq: event.seq, events: events.slice(start, index + 1) };
    start = index + 1;
    chars = 0;
  }
}
