/**
 * The lane's durable state: one row for each waiting or claimed run, one for what the lane is besides them, and the list
 * of all runs that ever joined, from which lists can be built anew. Synchronous, no logic.
 */
import {
  type ClaimedEntry,
  EMPTY_QUEUE,
  type QueueState,
  type QueueWrite,
  type WaitingEntry,
} from "../../worker/domain/queue-state.ts";
import type { ObjectStorage } from "../object-storage.ts";
import type { LaneAddress, RunIdPage } from "./rpc.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS lane (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    state TEXT NOT NULL CHECK (json_valid(state))
  ) STRICT;
  CREATE TABLE IF NOT EXISTS entries (
    run_id TEXT PRIMARY KEY,
    entry TEXT NOT NULL CHECK (json_valid(entry))
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS members (
    ordinal INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL
  ) STRICT;
`;

/** All of a lane but its entries, which have rows of their own. */
type LaneRow = Omit<QueueState, "waiting" | "claimed"> & { readonly address: LaneAddress | null };

/** An entry that was written before it had all its fields waits where it waited. */
function withLaterFields(entry: WaitingEntry | ClaimedEntry): WaitingEntry | ClaimedEntry {
  return {
    ...entry,
    sortKey: entry.sortKey ?? entry.enqueuedAt,
    hold: entry.hold ?? null,
    expiresAt: entry.expiresAt ?? null,
  };
}

export class QueueStorage {
  readonly #storage: ObjectStorage;
  #address: LaneAddress | null = null;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
    storage.sql.exec(SCHEMA);
  }

  /** Which lane this is; null before anybody said so. */
  get address(): LaneAddress | null {
    return this.#address;
  }

  load(): QueueState {
    const sql = this.#storage.sql;
    const row = sql.exec<{ state: string }>("SELECT state FROM lane").toArray()[0];
    const { address, ...state }: Partial<LaneRow> = row ? JSON.parse(row.state) : this.#earlierCounters();
    this.#address = address ?? null;
    const entries = sql
      .exec<{ entry: string }>("SELECT entry FROM entries")
      .toArray()
      .map(({ entry }) => withLaterFields(JSON.parse(entry)))
      .sort((a, b) => a.sortKey - b.sortKey || a.ordinal - b.ordinal);
    const isClaimed = (entry: WaitingEntry): entry is ClaimedEntry => "epoch" in entry;
    return {
      ...EMPTY_QUEUE,
      ...state,
      waiting: entries.filter((entry) => !isClaimed(entry)),
      claimed: entries.filter(isClaimed),
    };
  }

  /** Writes a transition whole or not at all. */
  save(state: QueueState, writes: readonly QueueWrite[], address: LaneAddress | null): void {
    const sql = this.#storage.sql;
    this.#storage.transactionSync(() => {
      for (const write of writes) {
        if (write.type === "delete") sql.exec("DELETE FROM entries WHERE run_id = ?", write.runId);
        else this.#put(write.entry);
      }
      const { waiting, claimed, ...rest } = state;
      const row: LaneRow = { ...rest, address };
      sql.exec("INSERT OR REPLACE INTO lane (id, state) VALUES (1, ?)", JSON.stringify(row));
    });
    this.#address = address;
  }

  /** Runs that joined behind the ordinal `after`. */
  runIds(after: number, limit: number): RunIdPage {
    const rows = this.#storage.sql
      .exec<{ ordinal: number; run_id: string }>(
        "SELECT ordinal, run_id FROM members WHERE ordinal > ? ORDER BY ordinal LIMIT ?",
        after,
        limit,
      )
      .toArray();
    return { runIds: rows.map((row) => row.run_id), next: rows.length === limit ? rows.at(-1)!.ordinal : null };
  }

  /** What a lane kept of itself before it had a row for its state: the numbers must go on, not begin anew. */
  #earlierCounters(): Partial<LaneRow> {
    const sql = this.#storage.sql;
    if (sql.exec("SELECT name FROM sqlite_master WHERE name = 'counters'").toArray().length === 0) return {};
    const row = sql
      .exec<Pick<QueueState, "concurrency" | "nextOrdinal" | "nextEpoch">>(
        "SELECT concurrency, next_ordinal AS nextOrdinal, next_epoch AS nextEpoch FROM counters",
      )
      .toArray()[0];
    return row ?? {};
  }

  #put(entry: WaitingEntry | ClaimedEntry): void {
    const sql = this.#storage.sql;
    const { runId, ordinal } = entry;
    sql.exec("INSERT OR REPLACE INTO entries (run_id, entry) VALUES (?, ?)", runId, JSON.stringify(entry));
    sql.exec("INSERT OR IGNORE INTO members (ordinal, run_id) VALUES (?, ?)", ordinal, runId);
  }
}
