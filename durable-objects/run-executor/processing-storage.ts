/**
 * How far a run has come in processing its meeting, in the storage of its object: each finished step by its name, and what
 * is told of all of them. Synchronous, no logic. Long texts lie in parts, because a row holds 2 MB at most.
 */
import type { MeasuredCall, ProcessingVersion } from "../../worker/domain/meeting-processing.ts";
import type { PhaseRecord } from "../../worker/domain/processing-steps.ts";
import { splitText } from "../../worker/domain/text-parts.ts";
import type { KeptSteps } from "../../worker/meetings/ports.ts";
import { hasTable, type ObjectStorage } from "../object-storage.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS processing (
    name TEXT NOT NULL,
    part INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (name, part)
  ) STRICT, WITHOUT ROWID;
`;

/** What a processing came to, as it is listed. */
export interface ProcessingRecord {
  readonly calls: readonly MeasuredCall[];
  /** Null before the end. */
  readonly usedVersion: ProcessingVersion | null;
  readonly fellBackFrom: string | null;
}

export const NO_RECORD: ProcessingRecord = { calls: [], usedVersion: null, fellBackFrom: null };
const RECORD = "record";
const PHASES = "phases";

export class ProcessingStorage implements KeptSteps {
  readonly #storage: ObjectStorage;
  #hasTable = false;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
  }

  get(name: string): unknown {
    this.#hasTable ||= hasTable(this.#storage.sql, "processing");
    if (!this.#hasTable) return undefined;
    const rows = this.#storage.sql
      .exec<{ text: string }>("SELECT text FROM processing WHERE name = ? ORDER BY part", name)
      .toArray();
    return rows.length === 0 ? undefined : JSON.parse(rows.map(({ text }) => text).join(""));
  }

  put(name: string, value: unknown): void {
    // Outside of the transaction, which may be rolled back.
    if (!this.#hasTable) this.#storage.sql.exec(SCHEMA);
    this.#hasTable = true;
    this.#storage.transactionSync(() => {
      this.#storage.sql.exec("DELETE FROM processing WHERE name = ?", name);
      splitText(JSON.stringify(value)).forEach((text, part) => {
        this.#storage.sql.exec("INSERT INTO processing (name, part, text) VALUES (?, ?, ?)", name, part, text);
      });
    });
  }

  get record(): ProcessingRecord {
    return (this.get(RECORD) as ProcessingRecord | undefined) ?? NO_RECORD;
  }

  /** Of all attempts, in their order. */
  get phases(): readonly PhaseRecord[] {
    return (this.get(PHASES) as readonly PhaseRecord[] | undefined) ?? [];
  }

  putPhases(phases: readonly PhaseRecord[]): void {
    this.put(PHASES, phases);
  }

  putRecord(record: ProcessingRecord): void {
    this.put(RECORD, record);
  }
}
