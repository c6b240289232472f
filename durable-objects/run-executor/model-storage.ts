/**
 * What a run has asked of models, in the storage of its object: a program that is started again after a crash finds the
 * answers that were paid for. Synchronous, no logic.
 */
import type { GenerateAnswer, GenerateRequest } from "../../worker/capabilities/model.ts";
import type { ModelSpending } from "../../worker/domain/guest-outcome.ts";
import { hasTable, type ObjectStorage } from "../object-storage.ts";
import type { KeptModelCalls, ModelCallRow } from "./model-calls.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS model_calls (
    call INTEGER PRIMARY KEY,
    request TEXT NOT NULL,
    answer TEXT,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cost_micros INTEGER
  ) STRICT;
  CREATE TABLE IF NOT EXISTS budget_decisions (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    is_cheap INTEGER NOT NULL
  ) STRICT;
`;

export class ModelStorage implements KeptModelCalls {
  readonly #storage: ObjectStorage;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
  }

  /** The answer that this call got in an earlier attempt; null where it got none, or asked for something else. */
  answer(call: number, request: GenerateRequest): GenerateAnswer | null {
    if (!this.#exists()) return null;
    const rows = this.#storage.sql.exec<{ request: string; answer: string | null }>(
      "SELECT request, answer FROM model_calls WHERE call = ?",
      call,
    );
    const [row] = rows.toArray();
    return row?.answer && row.request === JSON.stringify(request) ? JSON.parse(row.answer) : null;
  }

  put({ call, request, answer, inputTokens, outputTokens, costMicros }: ModelCallRow): void {
    this.#storage.sql.exec(SCHEMA);
    this.#storage.sql.exec(
      `INSERT OR REPLACE INTO model_calls (call, request, answer, input_tokens, output_tokens, cost_micros)
       VALUES (?, ?, ?, ?, ?, ?)`,
      ...[call, JSON.stringify(request), answer && JSON.stringify(answer), inputTokens, outputTokens, costMicros],
    );
  }

  /** Undefined where nothing was asked. */
  spending(): ModelSpending | undefined {
    if (!this.#exists()) return undefined;
    const row = this.#storage.sql
      .exec<{ calls: number; input: number; output: number; cost: number; unknown: number }>(
        `SELECT count(*) AS calls, coalesce(sum(input_tokens), 0) AS input, coalesce(sum(output_tokens), 0) AS output,
                coalesce(sum(cost_micros), 0) AS cost, coalesce(sum(cost_micros IS NULL), 0) AS unknown
         FROM model_calls`,
      )
      .one();
    if (row.calls === 0) return undefined;
    const costMicros = row.unknown > 0 ? null : row.cost;
    return { calls: row.calls, inputTokens: row.input, outputTokens: row.output, costMicros };
  }

  get isCheap(): boolean {
    return (
      this.#exists() && this.#storage.sql.exec("SELECT 1 FROM budget_decisions WHERE is_cheap = 1").toArray().length > 0
    );
  }

  finishCheaply(): void {
    this.#storage.sql.exec(SCHEMA);
    this.#storage.sql.exec("INSERT OR REPLACE INTO budget_decisions (id, is_cheap) VALUES (1, 1)");
  }

  #exists(): boolean {
    return hasTable(this.#storage.sql, "model_calls");
  }
}
