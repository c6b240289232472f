/** A workspace's caps, what counts against them, and every reservation that was made. Synchronous, no logic. */
import type { BudgetState, Cap, CapWindow, Reservation } from "../../worker/domain/budget-state.ts";
import { windowKey } from "../../worker/domain/budget-state.ts";
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
    PRIMARY KEY (cap_id, window)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS reservations (
    id TEXT PRIMARY KEY,
    status TEXT NOT NULL,
    reserved_at INTEGER NOT NULL,
    reservation TEXT NOT NULL CHECK (json_valid(reservation))
  ) STRICT, WITHOUT ROWID;
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
}

export class BudgetStorage {
  readonly #storage: ObjectStorage;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
    storage.sql.exec(SCHEMA);
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
  save({ windows, reservation }: BudgetChanges): void {
    this.#storage.transactionSync(() => {
      for (const each of windows) {
        this.#storage.sql.exec(
          `INSERT OR REPLACE INTO cap_windows (cap_id, window, spent_micros, reserved_micros, warned_at)
           VALUES (?, ?, ?, ?, ?)`,
          each.capId,
          each.window,
          each.spentMicros,
          each.reservedMicros,
          each.warnedAt,
        );
      }
      this.#storage.sql.exec(
        "INSERT OR REPLACE INTO reservations (id, status, reserved_at, reservation) VALUES (?, ?, ?, ?)",
        reservation.id,
        reservation.status,
        reservation.reservedAt,
        JSON.stringify(reservation),
      );
    });
  }

  putCap(cap: Cap): void {
    this.#storage.sql.exec("INSERT OR REPLACE INTO caps (id, cap) VALUES (?, ?)", cap.id, JSON.stringify(cap));
  }

  removeCap(capId: string): void {
    this.#storage.sql.exec("DELETE FROM caps WHERE id = ?", capId);
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
