/**
 * The run's live stream as it is stored: chunks of events with consecutive sequence numbers.
 * Owns numbering. Stored before anybody is told; the numbers have no gap.
 */
import { toIso } from "../../worker/domain/instant.ts";
import type { OutputSegment } from "../../worker/domain/replay.ts";
import type { EventStream, RunEvent, RunEventBody, StepName } from "../../worker/domain/run.ts";
import { hasTable } from "../object-storage.ts";
import {
  chunkBehind,
  chunkOf,
  type EventChunk,
  eventsOf,
  joinChunks,
  outputEvents,
  packEvents,
} from "./event-chunks.ts";

/**
 * Events of a run that hold one line each. A program may write a million empty lines within its output limit, and an
 * event costs a hundred times as much as such a line: further output goes in as it comes, many lines to an event.
 */
const LINE_EVENTS_MAX = 200_000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS event_chunks (
    first_seq INTEGER PRIMARY KEY,
    last_seq INTEGER NOT NULL,
    events TEXT NOT NULL
  ) STRICT;
`;

type ChunkRow = { first_seq: number; last_seq: number; events: string };

export class OutputLog {
  readonly #sql: SqlStorage;
  #lastSeq: number;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    const stored = "SELECT max(last_seq) AS seq FROM event_chunks";
    const row = hasTable(sql, "event_chunks") ? sql.exec<{ seq: number | null }>(stored).one() : null;
    this.#lastSeq = row?.seq ?? 0;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Output as events of this stream, to be appended next. */
  outputEvents(step: StepName, stream: EventStream, text: string): RunEventBody[] {
    return outputEvents(step, stream, text, this.#lastSeq < LINE_EVENTS_MAX);
  }

  /** Numbers and stores the events; returns them as they were stored. */
  append(bodies: readonly RunEventBody[], now: number): readonly EventChunk[] {
    if (this.#lastSeq === 0) this.#sql.exec(SCHEMA);
    const at = toIso(now);
    const chunks = packEvents(bodies.map((body, index) => ({ seq: this.#lastSeq + 1 + index, at, ...body })));
    for (const { firstSeq, lastSeq, json } of chunks) {
      this.#sql.exec(
        "INSERT INTO event_chunks (first_seq, last_seq, events) VALUES (?, ?, ?)",
        firstSeq,
        lastSeq,
        json,
      );
    }
    this.#lastSeq += bodies.length;
    return chunks;
  }

  /** Forgets a run that was never shown to anybody: the next one's numbers start at 1 again. */
  clear(): void {
    this.#sql.exec("DELETE FROM event_chunks");
    this.#lastSeq = 0;
  }

  /**
   * All events behind `after`. A program that waits between its lines leaves a row for each of them, so neighbours come
   * joined; the same stream always comes in the same chunks.
   */
  chunksAfter(after: number): Generator<EventChunk> {
    return joinChunks(this.#rowsAfter(after));
  }

  *#rowsAfter(after: number): Generator<EventChunk> {
    // The row that holds the first of them is found by its key, and those before it are not read.
    const rows = this.#sql.exec<ChunkRow>(
      `SELECT first_seq, last_seq, events FROM event_chunks
       WHERE first_seq >= coalesce((SELECT max(first_seq) FROM event_chunks WHERE first_seq <= ?), 1)
       ORDER BY first_seq`,
      after + 1,
    );
    for (const row of rows) {
      const chunk = chunkBehind(chunkOf(row.first_seq, row.last_seq, row.events), after);
      if (chunk) yield chunk;
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
    for (const event of this.#events()) {
      if (event.type === "step-start" && event.step === "execute") segments = [];
      if (event.type === "output" && event.stream !== "system")
        segments.push({ stream: event.stream, text: event.text });
    }
    return segments;
  }

  /** All output so far as plain text in UTF-8, every attempt and stream in order. Holds a chunk of it at a time. */
  text(): ReadableStream<Uint8Array> {
    const encoder = new TextEncoder();
    const end = this.#lastSeq;
    let seq = 0;
    return new ReadableStream({
      pull: (controller) => {
        // Found anew for each chunk: a cursor that stays open while the run goes on would see it change.
        const chunk = seq < end ? this.chunksAfter(seq).next().value : undefined;
        if (!chunk) return controller.close();
        seq = chunk.lastSeq;
        const texts = eventsOf(chunk).map((event) => (event.type === "output" ? event.text : ""));
        controller.enqueue(encoder.encode(texts.join("")));
      },
    });
  }

  *#events(): Generator<RunEvent> {
    for (const chunk of this.chunksAfter(0)) yield* eventsOf(chunk);
  }
}
