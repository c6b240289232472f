/**
 * The records of calls that D1 does not have yet. The record of a call's end takes the place of that of its beginning, in
 * whatever order they come, and what was copied is deleted: D1 keeps the record, this only sees to it that nothing gets
 * lost on the way.
 * Invariant: a record that was stored is in D1, or it is here. Copies may be repeated: D1 never goes back from an ended call.
 */
import type { CopiedRecord, ExecutionRecord } from "../../worker/store/executions.ts";
import { hasTable, type ObjectStorage } from "../object-storage.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS owed_records (
    ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    row TEXT NOT NULL,
    texts TEXT
  ) STRICT;
  CREATE TABLE IF NOT EXISTS record_settings (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    keeps_texts INTEGER NOT NULL CHECK (keeps_texts IN (0, 1))
  ) STRICT;
`;

/** Of one copy: some 10 ms of D1's time, during which others wait. */
const COPIED_ROWS_MAX = 100;
/** Of one copy, in characters, and one record more. */
const COPIED_CHARS_MAX = 500_000;
/** Of copies in a row: what came meanwhile goes with the next alarm. */
const COPIES_MAX = 200;

export interface OutboxPorts {
  readonly storage: ObjectStorage;
  /** Rejects where nothing was copied. */
  copy(records: readonly CopiedRecord[]): Promise<void>;
  /** A record that D1 will never take is given up. */
  givenUp(error: unknown): void;
}

const put = (how: "IGNORE" | "REPLACE") => `INSERT OR ${how} INTO owed_records (id, row, texts) VALUES (?, ?, ?)`;
/** A beginning that comes late changes nothing; an end has an ordinal of its own. */
const PUT_LIVE = put("IGNORE");
const PUT_ENDED = put("REPLACE");

type OwedRow = { ordinal: number; id: string; row: string; texts: string | null };

export class RecordOutbox {
  readonly #ports: OutboxPorts;
  readonly #unsaved = new Map<string, ExecutionRecord>();
  #isReady: boolean;
  #keepsTexts: boolean | null = null;
  #copying: Promise<void> | null = null;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
    this.#isReady = hasTable(ports.storage.sql, "owed_records");
  }

  /** Is stored by the next {@link RecordOutbox.save}. */
  add(record: ExecutionRecord): void {
    if (record.isLive && this.#unsaved.has(record.id)) return;
    this.#unsaved.set(record.id, this.#keeps() ? record : { ...record, texts: null });
  }

  save(): void {
    if (this.#unsaved.size === 0) return;
    this.#write((sql) => {
      for (const { id, isLive, row, texts } of this.#unsaved.values())
        sql.exec(isLive ? PUT_LIVE : PUT_ENDED, id, row, texts);
    });
    this.#unsaved.clear();
  }

  keepTexts(keeps: boolean): void {
    this.#write((sql) => sql.exec("INSERT OR REPLACE INTO record_settings VALUES (1, ?)", keeps ? 1 : 0));
    this.#keepsTexts = keeps;
  }

  get isSaved(): boolean {
    return this.#unsaved.size === 0;
  }

  /** Whether D1 has all that was stored. */
  isEmpty(): boolean {
    return !this.#isReady || this.#ports.storage.sql.exec("SELECT 1 FROM owed_records LIMIT 1").toArray().length === 0;
  }

  /** Resolves when D1 has all that was stored before. Rejects where it cannot be reached. */
  async copyAll(): Promise<void> {
    // What is under way may have begun without the latest ones.
    await this.#copying?.catch(() => undefined);
    this.#copying ??= this.#copyInTurn().finally(() => {
      this.#copying = null;
    });
    return this.#copying;
  }

  async #copyInTurn(): Promise<void> {
    for (let copies = 0; copies < COPIES_MAX; copies++) {
      const owed = this.#oldest(COPIED_ROWS_MAX);
      if (owed.length === 0) return;
      await this.#copy(owed).catch(async (error) => {
        // One that D1 refuses must not keep all others back.
        if (!isRefusal(error)) throw error;
        for (const each of owed) await this.#copyOrGiveUp(each);
      });
    }
  }

  async #copyOrGiveUp(owed: OwedRow): Promise<void> {
    try {
      await this.#copy([owed]);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.#ports.givenUp(error);
      this.#forget([owed]);
    }
  }

  async #copy(owed: readonly OwedRow[]): Promise<void> {
    await this.#ports.copy(owed);
    this.#forget(owed);
  }

  /** A record that was replaced meanwhile has another ordinal, and stays. */
  #forget(owed: readonly OwedRow[]): void {
    const ordinals = JSON.stringify(owed.map(({ ordinal }) => ordinal));
    this.#write((sql) =>
      sql.exec("DELETE FROM owed_records WHERE ordinal IN (SELECT value FROM json_each(?))", ordinals),
    );
  }

  #oldest(limit: number): OwedRow[] {
    if (!this.#isReady) return [];
    const found = this.#ports.storage.sql.exec<OwedRow>(
      "SELECT ordinal, id, row, texts FROM owed_records ORDER BY ordinal LIMIT ?",
      limit,
    );
    const rows: OwedRow[] = [];
    let chars = 0;
    for (const row of found) {
      rows.push(row);
      chars += row.row.length + (row.texts?.length ?? 0);
      if (chars > COPIED_CHARS_MAX) break;
    }
    return rows;
  }

  #keeps(): boolean {
    if (this.#keepsTexts === null) {
      const [row] = this.#isReady
        ? this.#ports.storage.sql.exec<{ keeps_texts: number }>("SELECT keeps_texts FROM record_settings").toArray()
        : [];
      this.#keepsTexts = row?.keeps_texts !== 0;
    }
    return this.#keepsTexts;
  }

  #write(work: (sql: SqlStorage) => void): void {
    this.#ports.storage.transactionSync(() => {
      if (!this.#isReady) this.#ports.storage.sql.exec(SCHEMA);
      work(this.#ports.storage.sql);
    });
    this.#isReady = true;
  }
}

/** Of the record itself, and not of a database that is away. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && /constraint/i.test(error.message);
}
