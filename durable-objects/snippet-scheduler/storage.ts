/** A workspace's schedules, and whose they are. Synchronous. */
import type { Schedule } from "../../worker/domain/snippet-schedule.ts";
import { hasTable, type ObjectStorage } from "../object-storage.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS schedules (
    id TEXT PRIMARY KEY,
    snippet TEXT NOT NULL,
    -- When the alarm looks at it; null for never.
    due_at INTEGER,
    schedule TEXT NOT NULL CHECK (json_valid(schedule))
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS due_schedules ON schedules (due_at) WHERE due_at IS NOT NULL;
  CREATE TABLE IF NOT EXISTS workspace (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL
  ) STRICT;
`;

/** What is being started is looked at again at once: it is there only while a start is under way, or after a crash. */
const dueAt = ({ firing, nextAt }: Schedule) => (firing === null ? nextAt : firing.since);

export class ScheduleStorage {
  readonly #storage: ObjectStorage;
  #hasTables: boolean;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
    this.#hasTables = hasTable(storage.sql, "schedules");
  }

  get workspaceId(): string | null {
    return this.#read<{ id: string }>("SELECT id FROM workspace")[0]?.id ?? null;
  }

  get count(): number {
    return this.#read<{ count: number }>("SELECT count(*) AS count FROM schedules")[0]?.count ?? 0;
  }

  find(id: string): Schedule | null {
    return this.#schedules("WHERE id = ?", id)[0] ?? null;
  }

  /** By their ids, and so by the time of their making. */
  list(snippet: string | null): Schedule[] {
    return snippet === null
      ? this.#schedules("ORDER BY id")
      : this.#schedules("WHERE snippet = ? ORDER BY id", snippet);
  }

  due(now: number): Schedule[] {
    return this.#schedules("WHERE due_at <= ? ORDER BY due_at, id", now);
  }

  /** When the alarm has something to look at; null for never. */
  nextDueAt(): number | null {
    return this.#read<{ at: number | null }>("SELECT min(due_at) AS at FROM schedules")[0]?.at ?? null;
  }

  insert(workspaceId: string, schedule: Schedule): void {
    this.#storage.transactionSync(() => {
      if (!this.#hasTables) this.#storage.sql.exec(SCHEMA);
      this.#storage.sql.exec("INSERT INTO workspace (one, id) VALUES (1, ?) ON CONFLICT DO NOTHING", workspaceId);
      this.#storage.sql.exec(
        "INSERT INTO schedules (id, snippet, due_at, schedule) VALUES (?, ?, ?, ?)",
        ...[schedule.id, schedule.snippet, dueAt(schedule), JSON.stringify(schedule)],
      );
    });
    this.#hasTables = true;
  }

  /** One that was removed meanwhile stays away. */
  update(schedule: Schedule): void {
    this.#storage.sql.exec(
      "UPDATE schedules SET due_at = ?, schedule = ? WHERE id = ?",
      ...[dueAt(schedule), JSON.stringify(schedule), schedule.id],
    );
  }

  /** @param snippet null for every one; id null for all of the snippet */
  delete(snippet: string | null, id: string | null): boolean {
    if (!this.#hasTables) return false;
    const { rowsWritten } = this.#storage.sql.exec(
      "DELETE FROM schedules WHERE (?1 IS NULL OR snippet = ?1) AND (?2 IS NULL OR id = ?2)",
      ...[snippet, id],
    );
    return rowsWritten > 0;
  }

  #schedules(clause: string, ...binds: (string | number)[]): Schedule[] {
    const rows = this.#read<{ schedule: string }>(`SELECT schedule FROM schedules ${clause}`, ...binds);
    return rows.map(({ schedule }) => JSON.parse(schedule) as Schedule);
  }

  #read<Row extends Record<string, SqlStorageValue>>(text: string, ...binds: (string | number)[]): Row[] {
    return this.#hasTables ? this.#storage.sql.exec<Row>(text, ...binds).toArray() : [];
  }
}
