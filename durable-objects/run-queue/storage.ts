/** The lane's durable state: one row for each waiting or claimed run, and the two counters. Synchronous, no logic. */
import {
  type ClaimedEntry,
  EMPTY_QUEUE,
  type QueueState,
  type QueueTransition,
  type WaitingEntry,
} from "../../worker/domain/queue-state.ts";
import { PRIORITIES } from "../../worker/domain/run.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS counters (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    concurrency INTEGER NOT NULL CHECK (concurrency > 0),
    next_ordinal INTEGER NOT NULL,
    next_epoch INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS entries (
    run_id TEXT PRIMARY KEY,
    entry TEXT NOT NULL CHECK (json_valid(entry))
  ) STRICT, WITHOUT ROWID;
`;

type CounterRow = { concurrency: number; next_ordinal: number; next_epoch: number };

export class QueueStorage {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    storage.sql.exec(SCHEMA);
  }

  load(): QueueState {
    const sql = this.#storage.sql;
    const counters = sql.exec<CounterRow>("SELECT concurrency, next_ordinal, next_epoch FROM counters").toArray()[0];
    if (!counters) return EMPTY_QUEUE;
    const entries = sql
      .exec<{ entry: string }>("SELECT entry FROM entries")
      .toArray()
      .map((row): WaitingEntry | ClaimedEntry => JSON.parse(row.entry))
      .sort((a, b) => PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority) || a.ordinal - b.ordinal);
    return {
      concurrency: counters.concurrency,
      nextOrdinal: counters.next_ordinal,
      nextEpoch: counters.next_epoch,
      waiting: entries.filter((entry) => !("epoch" in entry)),
      claimed: entries.filter((entry) => "epoch" in entry),
    };
  }

  /** Writes a transition whole or not at all. */
  save({ state, writes }: QueueTransition): void {
    const sql = this.#storage.sql;
    this.#storage.transactionSync(() => {
      for (const write of writes) {
        if (write.type === "delete") sql.exec("DELETE FROM entries WHERE run_id = ?", write.runId);
        else {
          const { entry } = write;
          sql.exec("INSERT OR REPLACE INTO entries (run_id, entry) VALUES (?, ?)", entry.runId, JSON.stringify(entry));
        }
      }
      sql.exec(
        "INSERT OR REPLACE INTO counters (id, concurrency, next_ordinal, next_epoch) VALUES (1, ?, ?, ?)",
        state.concurrency,
        state.nextOrdinal,
        state.nextEpoch,
      );
    });
  }
}
