/**
 * The inbox's durable state: deliveries with their bodies, and what is known of each issue. Synchronous, no logic beyond
 * what a query says. Bounded: see {@link InboxStorage.prune}.
 */
import type { Delivery, DeliveryDetail, DeliveryFilter, DeliveryStatus } from "../../worker/domain/delivery.ts";
import { SHOWN_BODY_CHARS } from "../../worker/domain/delivery.ts";
import { toIso, toIsoOrNull } from "../../worker/domain/instant.ts";
import type { Reading } from "../../worker/domain/issue-news.ts";
import type { IssueState } from "../../worker/domain/issue-state.ts";
import type { ArrivedDelivery, StoredParts } from "./rpc.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS inbox (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    workspace_id TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS deliveries (
    id TEXT PRIMARY KEY,
    endpoint_id TEXT NOT NULL,
    only_repository TEXT,
    tracker TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    event TEXT NOT NULL,
    headers TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    body_bytes INTEGER NOT NULL,
    reading TEXT NOT NULL,
    status TEXT NOT NULL,
    outcome TEXT,
    repository_key TEXT,
    issue_key TEXT,
    identity TEXT,
    run_id TEXT,
    received_at INTEGER NOT NULL,
    processed_at INTEGER,
    duplicates INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX IF NOT EXISTS deliveries_once
    ON deliveries (endpoint_id, delivery_id) WHERE status <> 'conflicting';
  CREATE INDEX IF NOT EXISTS deliveries_received ON deliveries (id) WHERE status = 'received';
  CREATE INDEX IF NOT EXISTS deliveries_settling ON deliveries (identity) WHERE status = 'settling';
  CREATE INDEX IF NOT EXISTS deliveries_by_repository ON deliveries (repository_key, id);
  CREATE TABLE IF NOT EXISTS bodies (
    id TEXT NOT NULL,
    part INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (id, part)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS issues (
    identity TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (json_valid(state)),
    has_run INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    unsettled_since INTEGER,
    due_at INTEGER,
    failures INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS issues_due ON issues (due_at) WHERE due_at IS NOT NULL;
`;

/** Bytes of one part of a body: a row holds 2 MB at most. */
const PART_BYTES = 1_000_000;
/** Deliveries that are kept, and bytes of their bodies together; the oldest go first. */
const DELIVERIES_KEPT = 20_000;
const BODY_BYTES_KEPT = 256 * 2 ** 20;
/** Issues that are kept. One whose run waits is never forgotten. */
const ISSUES_KEPT = 50_000;
/** Rows that one pruning takes away at most. */
const PRUNED_AT_ONCE = 1_000;

const OPEN_STATUSES = "('received', 'settling')";
const COLUMNS =
  "id, endpoint_id, tracker, delivery_id, event, status, outcome, repository_key, issue_key, run_id, received_at, processed_at, duplicates, body_bytes";

type DeliveryRow = {
  id: string;
  endpoint_id: string;
  tracker: string;
  delivery_id: string;
  event: string;
  status: string;
  outcome: string | null;
  repository_key: string | null;
  issue_key: string | null;
  run_id: string | null;
  received_at: number;
  processed_at: number | null;
  duplicates: number;
  body_bytes: number;
};

type IssueRow = {
  identity: string;
  state: string;
  unsettled_since: number | null;
  due_at: number | null;
  failures: number;
};

export interface StoredIssue {
  readonly identity: string;
  readonly state: IssueState;
  /** When the first news came that is not dealt with yet. */
  readonly unsettledSince: number | null;
  readonly dueAt: number | null;
  /** How often dealing with it failed in a row. */
  readonly failures: number;
}

export interface ReceivedDelivery {
  readonly id: string;
  readonly onlyRepository: string | null;
  readonly reading: Reading;
}

/** What became of a delivery. */
export interface DeliveryEnd {
  readonly status: DeliveryStatus;
  readonly outcome: string | null;
  readonly repositoryKey?: string | null;
  readonly issueKey?: string | null;
  readonly identity?: string | null;
}

export class InboxStorage {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  #workspaceId: string | null;
  #deliveries: number;
  #bodyBytes: number;
  #received: number;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.#sql.exec(SCHEMA);
    this.#workspaceId = this.#first<{ workspace_id: string }>("SELECT workspace_id FROM inbox")?.workspace_id ?? null;
    const counted = this.#first<{ deliveries: number; bytes: number }>(
      "SELECT count(*) AS deliveries, coalesce(sum(body_bytes), 0) AS bytes FROM deliveries",
    )!;
    this.#deliveries = counted.deliveries;
    this.#bodyBytes = counted.bytes;
    this.#received = this.#first<{ n: number }>("SELECT count(*) AS n FROM deliveries WHERE status = 'received'")!.n;
  }

  /** Null before the first delivery. */
  get workspaceId(): string | null {
    return this.#workspaceId;
  }

  /** Deliveries that were not looked at yet. */
  get receivedCount(): number {
    return this.#received;
  }

  /** Runs `write` whole or not at all; one within another is undone alone. */
  transaction<T>(write: () => T): T {
    return this.#storage.transactionSync(write);
  }

  /** The delivery that an endpoint's delivery id stands for. */
  known(endpointId: string, deliveryId: string): { id: string; bodyHash: string } | null {
    const row = this.#first<{ id: string; body_hash: string }>(
      "SELECT id, body_hash FROM deliveries WHERE endpoint_id = ? AND delivery_id = ? AND status <> 'conflicting'",
      endpointId,
      deliveryId,
    );
    return row ? { id: row.id, bodyHash: row.body_hash } : null;
  }

  countDuplicate(id: string): void {
    this.#sql.exec("UPDATE deliveries SET duplicates = duplicates + 1 WHERE id = ?", id);
  }

  /** The delivery, its hash, its body and the job that it is: whole or not at all. */
  insert(id: string, delivery: ArrivedDelivery, now: number, end: DeliveryEnd): void {
    const { body } = delivery;
    this.transaction(() => {
      this.#sql.exec("INSERT INTO inbox (id, workspace_id) VALUES (1, ?) ON CONFLICT DO NOTHING", delivery.workspaceId);
      this.#sql.exec(
        `INSERT INTO deliveries (id, endpoint_id, only_repository, tracker, delivery_id, event, headers, body_hash,
           body_bytes, reading, status, outcome, received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        id,
        delivery.endpointId,
        delivery.onlyRepository,
        delivery.tracker,
        delivery.deliveryId,
        delivery.event,
        JSON.stringify(delivery.headers),
        delivery.bodyHash,
        body.byteLength,
        JSON.stringify(delivery.reading),
        end.status,
        end.outcome,
        now,
      );
      for (let part = 0; part * PART_BYTES < body.byteLength; part++) {
        const bytes = body.slice(part * PART_BYTES, (part + 1) * PART_BYTES);
        this.#sql.exec("INSERT INTO bodies (id, part, bytes) VALUES (?, ?, ?)", id, part, bytes.buffer);
      }
    });
    this.#workspaceId ??= delivery.workspaceId;
    this.#deliveries++;
    this.#bodyBytes += body.byteLength;
    if (end.status === "received") this.#received++;
  }

  /** The oldest that were not looked at yet. */
  received(limit: number): ReceivedDelivery[] {
    return this.#sql
      .exec<{ id: string; only_repository: string | null; reading: string }>(
        "SELECT id, only_repository, reading FROM deliveries WHERE status = 'received' ORDER BY id LIMIT ?",
        limit,
      )
      .toArray()
      .map((row) => ({ id: row.id, onlyRepository: row.only_repository, reading: JSON.parse(row.reading) }));
  }

  /** A received delivery was looked at. */
  finish(id: string, end: DeliveryEnd, now: number): void {
    this.#sql.exec(
      `UPDATE deliveries SET status = ?, outcome = ?, repository_key = ?, issue_key = ?, identity = ?, processed_at = ?
       WHERE id = ?`,
      end.status,
      end.outcome,
      end.repositoryKey ?? null,
      end.issueKey ?? null,
      end.identity ?? null,
      now,
      id,
    );
    this.#received--;
  }

  /** Everything that an issue's deliveries asked for was done. */
  settle(identity: string, outcome: string, runId: string | null, now: number): void {
    this.#sql.exec(
      `UPDATE deliveries SET status = 'done', outcome = ?, run_id = ?, processed_at = ?
       WHERE identity = ? AND status = 'settling'`,
      outcome,
      runId,
      now,
      identity,
    );
  }

  /** Says on an issue's deliveries why nothing came of them yet. */
  noteDelay(identity: string, outcome: string): void {
    this.#sql.exec("UPDATE deliveries SET outcome = ? WHERE identity = ? AND status = 'settling'", outcome, identity);
  }

  /** Makes a delivery received again. False for one that conflicts with another, or does not exist. */
  receiveAgain(id: string, reading: Reading): boolean {
    const row = this.#first<{ status: string }>("SELECT status FROM deliveries WHERE id = ?", id);
    if (!row || row.status === "conflicting") return false;
    if (row.status !== "received") this.#received++;
    this.#sql.exec(
      "UPDATE deliveries SET status = 'received', outcome = NULL, run_id = NULL, reading = ? WHERE id = ?",
      JSON.stringify(reading),
      id,
    );
    return true;
  }

  issue(identity: string): StoredIssue | null {
    const row = this.#first<IssueRow>("SELECT * FROM issues WHERE identity = ?", identity);
    return row ? toIssue(row) : null;
  }

  dueIssues(now: number, limit: number): StoredIssue[] {
    return this.#sql
      .exec<IssueRow>("SELECT * FROM issues WHERE due_at <= ? ORDER BY due_at LIMIT ?", now, limit)
      .toArray()
      .map(toIssue);
  }

  /** When the next issue is due; null when none is. */
  nextDueAt(): number | null {
    return (
      this.#first<{ at: number | null }>("SELECT min(due_at) AS at FROM issues WHERE due_at IS NOT NULL")?.at ?? null
    );
  }

  putState(identity: string, state: IssueState, now: number): void {
    this.#sql.exec(
      `INSERT INTO issues (identity, state, has_run, changed_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (identity) DO UPDATE SET state = excluded.state, has_run = excluded.has_run, changed_at = excluded.changed_at`,
      identity,
      JSON.stringify(state),
      state.run !== null && state.run.phase !== "begun" ? 1 : 0,
      now,
    );
  }

  schedule(identity: string, dueAt: number, unsettledSince: number, failures = 0): void {
    this.#sql.exec(
      "UPDATE issues SET due_at = ?, unsettled_since = ?, failures = ? WHERE identity = ?",
      dueAt,
      unsettledSince,
      failures,
      identity,
    );
  }

  /** The issue was dealt with, unless it became due anew meanwhile. */
  unschedule(identity: string, dueAt: number | null): void {
    this.#sql.exec(
      "UPDATE issues SET due_at = NULL, unsettled_since = NULL, failures = 0 WHERE identity = ? AND due_at IS ?",
      identity,
      dueAt,
    );
  }

  /** Makes every issue due whose run still waits. */
  scheduleWaiting(now: number): void {
    this.#sql.exec(
      "UPDATE issues SET due_at = ?, unsettled_since = coalesce(unsettled_since, ?) WHERE has_run = 1 AND (due_at IS NULL OR due_at > ?)",
      now,
      now,
      now,
    );
  }

  list(filter: DeliveryFilter, before: string | null, limit: number): Delivery[] {
    const conditions: [string, string | undefined | null][] = [
      ["id < ?", before],
      ["repository_key = ?", filter.repositoryKey],
      ["endpoint_id = ?", filter.endpointId],
      ["status = ?", filter.status],
      ["event = ?", filter.event],
    ];
    const used = conditions.filter((each): each is [string, string] => each[1] !== undefined && each[1] !== null);
    const where = used.length > 0 ? `WHERE ${used.map(([condition]) => condition).join(" AND ")}` : "";
    const values = used.map(([, value]) => value);
    return this.#sql
      .exec<DeliveryRow>(`SELECT ${COLUMNS} FROM deliveries ${where} ORDER BY id DESC LIMIT ?`, ...values, limit)
      .toArray()
      .map(toDelivery);
  }

  /** The newest delivery of each repository. */
  latest(): Delivery[] {
    return this.#sql
      .exec<DeliveryRow>(
        `SELECT ${COLUMNS} FROM deliveries WHERE id IN
           (SELECT max(id) FROM deliveries WHERE repository_key IS NOT NULL GROUP BY repository_key)`,
      )
      .toArray()
      .map(toDelivery);
  }

  find(id: string): DeliveryDetail | null {
    const row = this.#first<DeliveryRow & { headers: string; body_hash: string }>(
      `SELECT ${COLUMNS}, headers, body_hash FROM deliveries WHERE id = ?`,
      id,
    );
    if (!row) return null;
    const text = new TextDecoder().decode(this.#body(id));
    return {
      ...toDelivery(row),
      headers: JSON.parse(row.headers),
      bodyHash: row.body_hash,
      body: text.slice(0, SHOWN_BODY_CHARS),
      isBodyWhole: text.length <= SHOWN_BODY_CHARS,
    };
  }

  parts(id: string): StoredParts | null {
    const row = this.#first<DeliveryRow & { headers: string; body_hash: string }>(
      `SELECT ${COLUMNS}, headers, body_hash FROM deliveries WHERE id = ?`,
      id,
    );
    if (!row) return null;
    const { tracker, event, deliveryId } = toDelivery(row);
    const contentType = JSON.parse(row.headers)["content-type"] ?? "";
    return { tracker, event, deliveryId, bodyHash: row.body_hash, contentType, body: this.#body(id) };
  }

  /** Forgets the oldest deliveries and issues beyond what is kept. Nothing that is still to be done is among them. */
  prune(): void {
    while (this.#deliveries > DELIVERIES_KEPT || this.#bodyBytes > BODY_BYTES_KEPT) {
      const surplus = Math.max(this.#deliveries - DELIVERIES_KEPT, 1);
      const oldest = this.#sql
        .exec<{ id: string; body_bytes: number }>(
          `SELECT id, body_bytes FROM deliveries WHERE status NOT IN ${OPEN_STATUSES} ORDER BY id LIMIT ?`,
          Math.min(surplus, PRUNED_AT_ONCE),
        )
        .toArray();
      if (oldest.length === 0) break;
      this.transaction(() => {
        for (const { id } of oldest) {
          this.#sql.exec("DELETE FROM bodies WHERE id = ?", id);
          this.#sql.exec("DELETE FROM deliveries WHERE id = ?", id);
        }
      });
      this.#deliveries -= oldest.length;
      this.#bodyBytes -= oldest.reduce((sum, row) => sum + row.body_bytes, 0);
    }
    this.#sql.exec(
      `DELETE FROM issues WHERE identity IN (SELECT identity FROM issues WHERE has_run = 0 AND due_at IS NULL
         ORDER BY changed_at LIMIT max(0, min(?, (SELECT count(*) FROM issues) - ?)))`,
      PRUNED_AT_ONCE,
      ISSUES_KEPT,
    );
  }

  #body(id: string): Uint8Array {
    const parts = this.#sql
      .exec<{ bytes: ArrayBuffer }>("SELECT bytes FROM bodies WHERE id = ? ORDER BY part", id)
      .toArray()
      .map((row) => new Uint8Array(row.bytes));
    const body = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
    let offset = 0;
    for (const part of parts) {
      body.set(part, offset);
      offset += part.byteLength;
    }
    return body;
  }

  #first<Row extends Record<string, SqlStorageValue>>(query: string, ...values: SqlStorageValue[]): Row | undefined {
    return this.#sql.exec<Row>(query, ...values).toArray()[0];
  }
}

function toIssue(row: IssueRow): StoredIssue {
  return {
    identity: row.identity,
    state: JSON.parse(row.state),
    unsettledSince: row.unsettled_since,
    dueAt: row.due_at,
    failures: row.failures,
  };
}

function toDelivery(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    endpointId: row.endpoint_id,
    tracker: row.tracker as Delivery["tracker"],
    deliveryId: row.delivery_id,
    event: row.event,
    status: row.status as DeliveryStatus,
    outcome: row.outcome,
    repositoryKey: row.repository_key,
    issueKey: row.issue_key,
    runId: row.run_id,
    receivedAt: toIso(row.received_at),
    processedAt: toIsoOrNull(row.processed_at),
    duplicates: row.duplicates,
    bodyBytes: row.body_bytes,
  };
}
