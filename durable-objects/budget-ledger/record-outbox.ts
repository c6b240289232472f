/**
 * The records of calls that D1 does not have yet, in batches as they came: one row for all that were told together. What was
 * copied is deleted: D1 keeps the record, this only sees to it that nothing gets lost on the way.
 * Invariant: a record that was stored is in D1, or it is here. Copies may be repeated, and the beginning of a call may be
 * copied behind its end: D1 never goes back from an ended call.
 */
import { type ExecutionBatch, type ExecutionRecord, executionRecord } from "../../worker/store/executions.ts";
import { hasTable, type ObjectStorage } from "../object-storage.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS owed_batches (
    ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
    records INTEGER NOT NULL,
    rows TEXT NOT NULL,
    texts TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS record_settings (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    keeps_texts INTEGER NOT NULL CHECK (keeps_texts IN (0, 1))
  ) STRICT;
`;
/** Of one copy: some 10 ms of D1's time, during which others wait. No batch has more. */
const COPIED_ROWS_MAX = 100;
/** Of one copy, in characters, and one record more. */
const COPIED_CHARS_MAX = 500_000;
/** Of copies in a row: what came meanwhile goes with the next alarm. */
const COPIES_MAX = 200;

export interface OutboxPorts {
  readonly storage: ObjectStorage;
  /** Rejects where nothing was copied. */
  copy(batches: readonly ExecutionBatch[]): Promise<void>;
  /** A record that D1 will never take is given up. */
  givenUp(error: unknown): void;
}

type OwedBatch = { ordinal: number; records: number; rows: string; texts: string };

export class RecordOutbox {
  readonly #ports: OutboxPorts;
  readonly #unsaved = new Map<string, ExecutionRecord>();
  #isReady: boolean;
  #keepsTexts: boolean | null = null;
  #copying: Promise<void> | null = null;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
    this.#isReady = hasTable(ports.storage.sql, "owed_batches");
    if (hasTable(ports.storage.sql, "owed_records")) this.#takeOver();
  }

  /** Is stored by the next {@link RecordOutbox.save}. */
  add(record: ExecutionRecord): void {
    if (record.isLive && this.#unsaved.has(record.id)) return;
    this.#unsaved.set(record.id, this.#keeps() ? record : { ...record, texts: null });
  }

  save(): void {
    if (this.#unsaved.size === 0) return;
    this.#write((sql) => {
      for (const { records, rows, texts } of batchesOf(this.#unsaved.values()))
        sql.exec("INSERT INTO owed_batches (records, rows, texts) VALUES (?, ?, ?)", records, rows, texts);
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
    return !this.#isReady || this.#ports.storage.sql.exec("SELECT 1 FROM owed_batches LIMIT 1").toArray().length === 0;
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
      const owed = this.#oldest();
      const last = owed.at(-1);
      if (last === undefined) return;
      await this.#ports.copy(owed).catch(async (error) => {
        // A record that D1 refuses must not keep all others back.
        if (!isRefusal(error)) throw error;
        for (const each of owed) await this.#copyOneByOne(each);
      });
      this.#write((sql) => sql.exec("DELETE FROM owed_batches WHERE ordinal <= ?", last.ordinal));
    }
  }

  async #copyOneByOne({ rows, texts }: OwedBatch): Promise<void> {
    const itemsOf = (items: string) => JSON.parse(`[${items}]`).map((item: unknown) => JSON.stringify(item));
    const ownTexts = itemsOf(texts);
    for (const [at, row] of itemsOf(rows).entries()) {
      try {
        await this.#ports.copy([{ rows: row, texts: ownTexts[at] }]);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        this.#ports.givenUp(error);
      }
    }
  }

  /** As many as one copy takes, but one at least. */
  #oldest(): OwedBatch[] {
    if (!this.#isReady) return [];
    const found = this.#ports.storage.sql.exec<OwedBatch>(
      "SELECT ordinal, records, rows, texts FROM owed_batches ORDER BY ordinal LIMIT ?",
      COPIED_ROWS_MAX,
    );
    const batches: OwedBatch[] = [];
    let [records, chars] = [0, 0];
    for (const batch of found) {
      records += batch.records;
      chars += batch.rows.length + batch.texts.length;
      if (batches.length > 0 && (records > COPIED_ROWS_MAX || chars > COPIED_CHARS_MAX)) break;
      batches.push(batch);
    }
    return batches;
  }

  /** Before there were batches each record had a row of its own, with the names of its values. */
  #takeOver(): void {
    // Whether texts are kept is known once there are the tables that say so.
    this.#write(() => undefined);
    const { sql } = this.#ports.storage;
    const rows = sql.exec<{ row: string; texts: string | null }>(
      "SELECT row, texts FROM owed_records ORDER BY ordinal",
    );
    for (const { row, texts } of rows.toArray())
      this.add(executionRecord(JSON.parse(row), texts === null ? null : JSON.parse(texts)));
    this.save();
    sql.exec("DROP TABLE owed_records");
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

/** Each within the bounds of a copy, or a single record. */
function* batchesOf(unsaved: Iterable<ExecutionRecord>): Generator<Omit<OwedBatch, "ordinal">> {
  let [rows, texts, chars]: [string[], string[], number] = [[], [], 0];
  const batch = () => ({ records: rows.length, rows: rows.join(","), texts: texts.join(",") });
  for (const { row, texts: own } of unsaved) {
    const more = row.length + (own?.length ?? 0);
    if (rows.length > 0 && (rows.length === COPIED_ROWS_MAX || chars + more > COPIED_CHARS_MAX)) {
      yield batch();
      [rows, texts, chars] = [[], [], 0];
    }
    rows.push(row);
    texts.push(own ?? "null");
    chars += more;
  }
  yield batch();
}

/** Of the record itself, and not of a database that is away. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && /constraint/i.test(error.message);
}
