/**
 * The endpoint's messages and their attempts, durable. Synchronous, no logic.
 * A message is *settled* when nothing is owed to it any more: until then it is never thrown away.
 */
import type { DisabledReason } from "../../worker/domain/webhook-endpoint.ts";
import type { WebhookEventType, WebhookMessage } from "../../worker/domain/webhook-events.ts";
import {
  type EffectEvent,
  type EffectRules,
  type EffectState,
  intended,
  owedEffect,
  step,
} from "../../worker/effects/journal.ts";
import type { EffectRecord } from "../../worker/effects/perform.ts";
import type { DeliveryReceipt } from "../../worker/webhooks/delivery.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS endpoint (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    endpoint_id TEXT NOT NULL,
    workspace_id TEXT NOT NULL,
    next_ordinal INTEGER NOT NULL,
    last_acknowledged_at INTEGER NOT NULL,
    owed_disabling TEXT
  ) STRICT;
  CREATE TABLE IF NOT EXISTS messages (
    id TEXT PRIMARY KEY,
    ordinal INTEGER NOT NULL UNIQUE,
    event TEXT NOT NULL,
    run_id TEXT,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (json_valid(state)),
    due_at INTEGER,
    is_settled INTEGER NOT NULL CHECK (is_settled IN (0, 1)),
    last_attempt_at INTEGER,
    last_status INTEGER,
    version INTEGER NOT NULL,
    projected_version INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX IF NOT EXISTS messages_by_due ON messages (due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX IF NOT EXISTS messages_by_settled ON messages (is_settled, ordinal);
  CREATE INDEX IF NOT EXISTS messages_unprojected ON messages (ordinal) WHERE version > projected_version;
  CREATE TABLE IF NOT EXISTS attempts (
    message_id TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    receipt TEXT CHECK (receipt IS NULL OR json_valid(receipt)),
    PRIMARY KEY (message_id, attempt)
  ) STRICT, WITHOUT ROWID;
`;

/** Attempts that are kept of one message: a person may resend it without end. */
const ATTEMPTS_KEPT = 50;

type EndpointRow = {
  endpoint_id: string;
  workspace_id: string;
  next_ordinal: number;
  last_acknowledged_at: number;
  owed_disabling: string | null;
};

type MessageRow = {
  id: string;
  ordinal: number;
  event: string;
  run_id: string | null;
  body: string;
  created_at: number;
  state: string;
  due_at: number | null;
  is_settled: number;
  last_attempt_at: number | null;
  last_status: number | null;
  version: number;
};

export interface StoredEndpoint {
  readonly endpointId: string;
  readonly workspaceId: string;
  readonly lastAcknowledgedAt: number;
  /** Decided, and not yet known to D1. */
  readonly owedDisabling: DisabledReason | null;
}

export interface StoredMessage extends WebhookMessage {
  readonly ordinal: number;
  readonly createdAt: number;
  readonly state: EffectState;
  readonly dueAt: number | null;
  readonly isSettled: boolean;
  readonly lastAttemptAt: number | null;
  readonly lastStatus: number | null;
  readonly version: number;
}

export interface StoredAttempt {
  readonly attempt: number;
  readonly startedAt: number;
  /** Null while nobody knows what came of it. */
  readonly receipt: DeliveryReceipt | null;
}

export class SenderStorage {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  readonly #rules: EffectRules;

  constructor(storage: DurableObjectStorage, rules: EffectRules) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.#rules = rules;
    this.#sql.exec(SCHEMA);
  }

  /** Null before the first message, and after everything was forgotten. */
  endpoint(): StoredEndpoint | null {
    const row = this.#sql.exec<EndpointRow>("SELECT * FROM endpoint").toArray()[0];
    if (!row) return null;
    return {
      endpointId: row.endpoint_id,
      workspaceId: row.workspace_id,
      lastAcknowledgedAt: row.last_acknowledged_at,
      owedDisabling: row.owed_disabling as DisabledReason | null,
    };
  }

  /** Stores the messages that are not known yet, all of them or none. */
  insert(endpointId: string, workspaceId: string, messages: readonly WebhookMessage[], now: number): void {
    this.#storage.transactionSync(() => {
      this.#sql.exec("INSERT OR IGNORE INTO endpoint VALUES (1, ?, ?, 1, 0, NULL)", endpointId, workspaceId);
      for (const { id, event, runId, body } of messages) {
        const state = JSON.stringify(intended(now));
        this.#sql.exec(
          `INSERT OR IGNORE INTO messages (id, ordinal, event, run_id, body, created_at, state, due_at, is_settled, version)
           SELECT ?, next_ordinal, ?, ?, ?, ?, ?, ?, 0, 1 FROM endpoint`,
          ...[id, event, runId, body, now, state, now],
        );
        this.#sql.exec("UPDATE endpoint SET next_ordinal = 1 + (SELECT max(ordinal) FROM messages)");
      }
    });
  }

  note({ owedDisabling }: Pick<StoredEndpoint, "owedDisabling">): void {
    this.#sql.exec("UPDATE endpoint SET owed_disabling = ?", owedDisabling);
  }

  unsettledCount(): number {
    return this.#sql.exec<{ count: number }>("SELECT count(*) AS count FROM messages WHERE is_settled = 0").one().count;
  }

  /** The longest due first. */
  due(now: number, limit: number): StoredMessage[] {
    return this.#messages("WHERE due_at <= ? ORDER BY due_at, ordinal LIMIT ?", now, limit);
  }

  nextDueAt(): number | null {
    return this.#sql.exec<{ at: number | null }>("SELECT min(due_at) AS at FROM messages").one().at;
  }

  message(id: string): StoredMessage | null {
    return this.#messages("WHERE id = ?", id)[0] ?? null;
  }

  attempts(messageId: string): StoredAttempt[] {
    return this.#sql
      .exec<{ attempt: number; started_at: number; receipt: string | null }>(
        "SELECT attempt, started_at, receipt FROM attempts WHERE message_id = ? ORDER BY attempt",
        messageId,
      )
      .toArray()
      .map((row) => ({
        attempt: row.attempt,
        startedAt: row.started_at,
        receipt: row.receipt === null ? null : JSON.parse(row.receipt),
      }));
  }

  /** A message's journal, with the log of its attempts beside it. */
  record(id: string): EffectRecord<DeliveryReceipt> {
    return { read: () => this.message(id)?.state ?? null, save: (state, receipt) => this.#save(id, state, receipt) };
  }

  /** Applies an event that comes from outside a delivery. Answers whether it changed anything. */
  apply(message: StoredMessage, event: EffectEvent, now: number): boolean {
    const state = step(message.state, event, this.#rules, now);
    if (state === message.state) return false;
    this.#save(message.id, state, null);
    return true;
  }

  /** What an earlier instance had sent, and never heard of. */
  sent(): StoredMessage[] {
    return this.#messages("WHERE is_settled = 0 AND due_at IS NULL");
  }

  unprojected(limit: number): StoredMessage[] {
    return this.#messages("WHERE version > projected_version ORDER BY ordinal LIMIT ?", limit);
  }

  projected(messages: readonly StoredMessage[]): void {
    this.#storage.transactionSync(() => {
      for (const { id, version } of messages) {
        this.#sql.exec("UPDATE messages SET projected_version = ? WHERE id = ?", version, id);
      }
    });
  }

  /** The oldest settled messages that were made before `before`, or have `kept` newer ones in front of them. */
  outlived(before: number, kept: number, limit: number): string[] {
    // Older messages have smaller ordinals: no more rows are read than are given.
    return this.#sql
      .exec<{ id: string; created_at: number; newer: number }>(
        `SELECT id, created_at, (SELECT max(ordinal) FROM messages) - ordinal AS newer FROM messages
         WHERE is_settled = 1 AND projected_version = version ORDER BY ordinal LIMIT ?`,
        limit,
      )
      .toArray()
      .filter((row) => row.created_at < before || row.newer >= kept)
      .map((row) => row.id);
  }

  delete(ids: readonly string[]): void {
    this.#storage.transactionSync(() => {
      for (const id of ids) {
        this.#sql.exec("DELETE FROM attempts WHERE message_id = ?", id);
        this.#sql.exec("DELETE FROM messages WHERE id = ?", id);
      }
    });
  }

  clear(): void {
    this.#storage.transactionSync(() => {
      for (const table of ["attempts", "messages", "endpoint"]) this.#sql.exec(`DELETE FROM ${table}`);
    });
  }

  #messages(where: string, ...values: (string | number)[]): StoredMessage[] {
    return this.#sql
      .exec<MessageRow>(`SELECT * FROM messages ${where}`, ...values)
      .toArray()
      .map((row) => ({
        id: row.id,
        event: row.event as WebhookEventType,
        runId: row.run_id,
        body: row.body,
        ordinal: row.ordinal,
        createdAt: row.created_at,
        state: JSON.parse(row.state),
        dueAt: row.due_at,
        isSettled: row.is_settled === 1,
        lastAttemptAt: row.last_attempt_at,
        lastStatus: row.last_status,
        version: row.version,
      }));
  }

  /** The journal and the log of attempts move together. */
  #save(id: string, state: EffectState, receipt: DeliveryReceipt | null): void {
    const dueAt = owedEffect(state, this.#rules)?.dueAt ?? null;
    const isSettled = dueAt === null && state.name !== "sent" ? 1 : 0;
    this.#storage.transactionSync(() => {
      this.#sql.exec(
        "UPDATE messages SET state = ?, due_at = ?, is_settled = ?, version = version + 1 WHERE id = ?",
        ...[JSON.stringify(state), dueAt, isSettled, id],
      );
      if (state.name === "sent") this.#begin(id, state.attempt, state.sentAt);
      if (receipt !== null) this.#end(id, state, receipt);
    });
  }

  #begin(id: string, attempt: number, now: number): void {
    this.#sql.exec("INSERT INTO attempts (message_id, attempt, started_at) VALUES (?, ?, ?)", id, attempt, now);
    this.#sql.exec("UPDATE messages SET last_attempt_at = ?, last_status = NULL WHERE id = ?", now, id);
    this.#sql.exec("DELETE FROM attempts WHERE message_id = ? AND attempt <= ?", id, attempt - ATTEMPTS_KEPT);
  }

  #end(id: string, state: EffectState, receipt: DeliveryReceipt): void {
    this.#sql.exec(
      "UPDATE attempts SET receipt = ? WHERE message_id = ? AND attempt = ?",
      ...[JSON.stringify(receipt), id, state.attempt],
    );
    this.#sql.exec("UPDATE messages SET last_status = ? WHERE id = ?", receipt.status, id);
    if (state.name === "acknowledged") this.#sql.exec("UPDATE endpoint SET last_acknowledged_at = ?", state.endedAt);
  }
}
