/** A workspace's caps, what counts against them, every reservation that was made, and warnings that are owed. Synchronous. */
import type { BudgetState, Cap, CapWindow, Reservation } from "../../worker/domain/budget-state.ts";
import { windowKey } from "../../worker/domain/budget-state.ts";
import type { WebhookMessage } from "../../worker/domain/webhook-events.ts";
import type { ObjectStorage } from "../object-storage.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS caps (
    id TEXT PRIMARY KEY,
    cap TEXT NOT NULL CHECK (json_valid(cap))
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS cap_windows (
    cap_id TEXT NOT NULL,
    window TEXT NOT NULL,
    spent_micros INTEGER NOT NULL,
    reserved_micros INTEGER NOT NULL,
    warned_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (cap_id, window)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS old_windows ON cap_windows (changed_at);
  CREATE TABLE IF NOT EXISTS reservations (
    id TEXT PRIMARY KEY,
    status TEXT NOT NULL,
    reserved_at INTEGER NOT NULL,
    reservation TEXT NOT NULL CHECK (json_valid(reservation))
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS workspace (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS owed_warnings (
    id TEXT PRIMARY KEY,
    message TEXT NOT NULL CHECK (json_valid(message)),
    owed_since INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS old_reservations ON reservations (reserved_at) WHERE status = 'settled';
  CREATE INDEX IF NOT EXISTS open_reservations ON reservations (reserved_at) WHERE status <> 'settled';
`;

type WindowRow = {
  cap_id: string;
  window: string;
  spent_micros: number;
  reserved_micros: number;
  warned_at: number;
};

/** What a transition has changed. */
export interface BudgetChanges {
  readonly windows: readonly CapWindow[];
  readonly reservation: Reservation;
  /** Messages of what people are to be warned of. */
  readonly warnings: readonly WebhookMessage[];
  readonly at: number;
}

export class BudgetStorage {
  readonly #storage: ObjectStorage;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
    storage.sql.exec(SCHEMA);
  }

  /**
   * The id of the workspace, kept because an instance that its alarm has started is not told its name.
   * @param name as the instance knows it
   */
  workspaceId(name: string | undefined): string | null {
    const { sql } = this.#storage;
    const [row] = sql.exec<{ id: string }>("SELECT id FROM workspace").toArray();
    if (row) return row.id;
    if (name === undefined) return null;
    sql.exec("INSERT INTO workspace (one, id) VALUES (1, ?)", name);
    return name;
  }

  /** All but the reservations that are settled: see {@link BudgetStorage.reservation}. */
  load(): BudgetState {
    const { sql } = this.#storage;
    const caps = sql.exec<{ cap: string }>("SELECT cap FROM caps").toArray();
    const windows = sql.exec<WindowRow>("SELECT * FROM cap_windows").toArray();
    const open = sql
      .exec<{ reservation: string }>("SELECT reservation FROM reservations WHERE status <> 'settled'")
      .toArray();
    return {
      caps: new Map(caps.map(({ cap }) => JSON.parse(cap)).map((cap: Cap) => [cap.id, cap])),
      windows: new Map(windows.map((row) => [windowKey(row.cap_id, row.window), toWindow(row)])),
      reservations: new Map(
        open.map(({ reservation }) => JSON.parse(reservation)).map((each: Reservation) => [each.id, each]),
      ),
    };
  }

  reservation(id: string): Reservation | null {
    const rows = this.#storage.sql.exec<{ reservation: string }>(
      "SELECT reservation FROM reservations WHERE id = ?",
      id,
    );
    const [row] = rows.toArray();
    return row ? JSON.parse(row.reservation) : null;
  }

  /** Writes the whole of it or nothing. */
  save({ windows, reservation, warnings, at }: BudgetChanges): void {
    this.#storage.transactionSync(() => {
      for (const each of windows) this.#putWindow(each, at);
      this.#storage.sql.exec(
        "INSERT OR REPLACE INTO reservations (id, status, reserved_at, reservation) VALUES (?, ?, ?, ?)",
        reservation.id,
        reservation.status,
        reservation.reservedAt,
        JSON.stringify(reservation),
      );
      for (const message of warnings) {
        this.#storage.sql.exec(
          "INSERT INTO owed_warnings (id, message, owed_since) VALUES (?, ?, ?)",
          ...[message.id, JSON.stringify(message), at],
        );
      }
    });
  }

  /** Messages that nobody was told of yet, the oldest first. */
  owedWarnings(limit: number): WebhookMessage[] {
    return this.#storage.sql
      .exec<{ message: string }>("SELECT message FROM owed_warnings ORDER BY id LIMIT ?", limit)
      .toArray()
      .map(({ message }) => JSON.parse(message));
  }

  told(messages: readonly WebhookMessage[]): void {
    this.#storage.transactionSync(() => {
      for (const { id } of messages) this.#storage.sql.exec("DELETE FROM owed_warnings WHERE id = ?", id);
    });
  }

  putCap(cap: Cap, window: CapWindow, at: number): void {
    this.#storage.transactionSync(() => {
      this.#storage.sql.exec("INSERT OR REPLACE INTO caps (id, cap) VALUES (?, ?)", cap.id, JSON.stringify(cap));
      this.#putWindow(window, at);
    });
  }

  removeCap(capId: string): void {
    this.#storage.sql.exec("DELETE FROM caps WHERE id = ?", capId);
  }

  /**
   * Forgets settled reservations of before one instant, and of before another windows in which nothing was counted since,
   * and warnings that could not be told.
   */
  prune(settledBefore: number, windowsBefore: number): void {
    this.#storage.transactionSync(() => {
      const { sql } = this.#storage;
      sql.exec("DELETE FROM reservations WHERE status = 'settled' AND reserved_at < ?", settledBefore);
      sql.exec("DELETE FROM cap_windows WHERE changed_at < ? AND reserved_micros = 0", windowsBefore);
      sql.exec("DELETE FROM owed_warnings WHERE owed_since < ?", windowsBefore);
    });
  }

  /** Whether anything is left that time takes away. */
  isEmpty(): boolean {
    const { sql } = this.#storage;
    return sql.exec("SELECT 1 FROM reservations UNION ALL SELECT 1 FROM cap_windows LIMIT 1").toArray().length === 0;
  }

  #putWindow({ capId, window, spentMicros, reservedMicros, warnedAt }: CapWindow, at: number): void {
    this.#storage.sql.exec(
      `INSERT OR REPLACE INTO cap_windows (cap_id, window, spent_micros, reserved_micros, warned_at, changed_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
      ...[capId, window, spentMicros, reservedMicros, warnedAt, at],
    );
  }
}

function toWindow(row: WindowRow): CapWindow {
  return {
    capId: row.cap_id,
    window: row.window,
    spentMicros: row.spent_micros,
    reservedMicros: row.reserved_micros,
    warnedAt: row.warned_at,
  };
}
