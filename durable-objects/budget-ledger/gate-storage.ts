/** The gate's limits, buckets, and circuits with their last changes. Synchronous, no logic. */
import { CIRCUIT_CHANGES_KEPT, type LimitedService } from "../../worker/domain/call-limits.ts";
import type { Circuit, CircuitName } from "../../worker/domain/circuit.ts";
import type { TokenBucket } from "../../worker/domain/token-bucket.ts";
import { hasTable, type ObjectStorage } from "../object-storage.ts";
import type { CircuitAddress } from "./rpc.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS limits (
    service TEXT PRIMARY KEY,
    per_minute INTEGER NOT NULL CHECK (per_minute >= 1)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS buckets (
    service TEXT PRIMARY KEY,
    tokens REAL NOT NULL,
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS circuits (
    key_id TEXT PRIMARY KEY,
    service TEXT NOT NULL,
    circuit TEXT NOT NULL CHECK (json_valid(circuit))
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS circuit_changes (
    ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
    key_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS circuit_changes_by_key ON circuit_changes (key_id, ordinal);
`;

export interface StoredCircuit extends CircuitAddress {
  readonly circuit: Circuit;
}

export interface StoredChange {
  readonly keyId: string;
  readonly at: number;
  readonly from: CircuitName;
  readonly to: CircuitName;
}

export class GateStorage {
  readonly #storage: ObjectStorage;
  #isReady: boolean;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
    this.#isReady = hasTable(storage.sql, "circuit_changes");
  }

  limits(): ReadonlyMap<LimitedService, number> {
    if (!this.#isReady) return new Map();
    const rows = this.#storage.sql.exec<{ service: string; per_minute: number }>("SELECT * FROM limits").toArray();
    return new Map(rows.map(({ service, per_minute }) => [service as LimitedService, per_minute]));
  }

  buckets(): Map<LimitedService, TokenBucket> {
    if (!this.#isReady) return new Map();
    const rows = this.#storage.sql
      .exec<{ service: string; tokens: number; at: number }>("SELECT service, tokens, at FROM buckets")
      .toArray();
    return new Map(rows.map(({ service, tokens, at }) => [service as LimitedService, { tokens, at }]));
  }

  circuits(): Map<string, StoredCircuit> {
    if (!this.#isReady) return new Map();
    const rows = this.#storage.sql
      .exec<{ key_id: string; service: string; circuit: string }>("SELECT key_id, service, circuit FROM circuits")
      .toArray();
    return new Map(
      rows.map(({ key_id, service, circuit }) => [
        key_id,
        { keyId: key_id, service: service as LimitedService, circuit: JSON.parse(circuit) },
      ]),
    );
  }

  /** The last changes of all circuits, newest first. */
  changes(): StoredChange[] {
    if (!this.#isReady) return [];
    const sql = "SELECT key_id, at, before, after FROM circuit_changes ORDER BY ordinal DESC";
    const rows = this.#storage.sql.exec<{ key_id: string; at: number; before: string; after: string }>(sql).toArray();
    return rows.map(({ key_id, at, before, after }) => ({
      ...{ keyId: key_id, at },
      ...{ from: before as CircuitName, to: after as CircuitName },
    }));
  }

  saveLimits(limits: Readonly<Record<LimitedService, number>>): void {
    this.#write((sql) => {
      for (const [service, perMinute] of Object.entries(limits))
        sql.exec("INSERT OR REPLACE INTO limits (service, per_minute) VALUES (?, ?)", service, perMinute);
    });
  }

  saveBucket(service: LimitedService, { tokens, at }: TokenBucket): void {
    this.#write((sql) =>
      sql.exec("INSERT OR REPLACE INTO buckets (service, tokens, at) VALUES (?, ?, ?)", service, tokens, at),
    );
  }

  /** With the change of its state, if that is another now. */
  saveCircuit({ keyId, service, circuit }: StoredCircuit, before: CircuitName, now: number): void {
    this.#write((sql) => {
      const text = JSON.stringify(circuit);
      sql.exec("INSERT OR REPLACE INTO circuits (key_id, service, circuit) VALUES (?, ?, ?)", keyId, service, text);
      if (before === circuit.name) return;
      sql.exec(
        "INSERT INTO circuit_changes (key_id, at, before, after) VALUES (?, ?, ?, ?)",
        ...[keyId, now, before, circuit.name],
      );
      sql.exec(
        `DELETE FROM circuit_changes WHERE key_id = ?1 AND ordinal NOT IN
           (SELECT ordinal FROM circuit_changes WHERE key_id = ?1 ORDER BY ordinal DESC LIMIT ?2)`,
        ...[keyId, CIRCUIT_CHANGES_KEPT],
      );
    });
  }

  deleteCircuit(keyId: string): void {
    if (!this.#isReady) return;
    this.#write((sql) => {
      sql.exec("DELETE FROM circuits WHERE key_id = ?", keyId);
      sql.exec("DELETE FROM circuit_changes WHERE key_id = ?", keyId);
    });
  }

  #write(work: (sql: SqlStorage) => void): void {
    this.#storage.transactionSync(() => {
      if (!this.#isReady) this.#storage.sql.exec(SCHEMA);
      work(this.#storage.sql);
    });
    this.#isReady = true;
  }
}
