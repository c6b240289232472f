/**
 * Calls of models in D1: put there by the object of the workspace's calls, read by pages and the API, swept at times.
 * Every read is bound to a workspace: a foreign id and an absent one look the same.
 */
import { and, desc, eq, getTableColumns, gte, lt, type SQL, sql } from "drizzle-orm";
import {
  EXECUTION_BOUNDS,
  EXECUTION_KEPT_DAYS,
  EXECUTION_LASTS_MS,
  type Execution,
  type ExecutionFilter,
  type ExecutionTexts,
  TEXT_RETENTION_DAYS,
} from "../domain/execution.ts";
import { earliestId } from "../domain/ids.ts";
import { toIso, toIsoOrNull } from "../domain/instant.ts";
import type { Database } from "./database.ts";
import { callSettings, type ExecutionRow, executions, executionTexts } from "./schema.ts";

const DAY_MS = 86_400_000;
/** Rows that one sweep deletes: what is left goes with the next. */
const SWEPT_ROWS_MAX = 2_000;

/** A call as it is now, on its way to D1: as JSON, which goes through an object's storage and into D1 as it is. */
export interface ExecutionRecord {
  readonly id: string;
  /** Whether it says that the call is under way: then it never stands for one that says how it ended. */
  readonly isLive: boolean;
  /** The values of an {@link ExecutionRow}, in the order of the table's columns: the names would be half of it. */
  readonly row: string;
  /** {@link ExecutionTexts} with the call's `id`; null for a call that is live, and where the workspace keeps none. */
  readonly texts: string | null;
}

/** Some records of one workspace. */
export interface ExecutionBatch {
  /** Items of a JSON array, without its brackets. */
  readonly rows: string;
  /** The same of their texts: one for each row, `null` where it has none. */
  readonly texts: string;
}

const COLUMNS = Object.entries(getTableColumns(executions)).map(([field, { name }], at) => ({
  ...{ field: field as keyof ExecutionRow, name },
  path: `'$[${at}]'`,
}));

export function executionRecord(row: ExecutionRow, texts: ExecutionTexts | null): ExecutionRecord {
  const { id } = row;
  return {
    id,
    isLive: row.outcome === "live",
    row: JSON.stringify(COLUMNS.map(({ field }) => row[field])),
    texts: texts && JSON.stringify({ id, ...texts }),
  };
}

/**
 * JSON's own text, where a column holds JSON. A price that is not known is JSON's null in it: the table lets no cost stand
 * without a price, and what was refused did cost $0 whatever its price.
 */
const JSON_FIELDS: readonly (keyof ExecutionRow)[] = ["price", "retries", "fallbacks"];
const VALUES = COLUMNS.map(({ field, path }) => `value ${JSON_FIELDS.includes(field) ? "->" : "->>"} ${path}`);
/** Who made a call, for whom and when never changes. */
const FIXED_FIELDS: readonly (keyof ExecutionRow)[] = ["id", "workspaceId", "source", "sourceId", "startedAt"];
const CHANGES = COLUMNS.filter(({ field }) => !FIXED_FIELDS.includes(field));

/** A row that was closed as unknown was wrong about it: what is put is what is known. But what has ended is not live again. */
const PUT_ROWS = `INSERT INTO executions (${COLUMNS.map(({ name }) => name).join(", ")})
  SELECT ${VALUES.join(", ")} FROM json_each(?1)
    WHERE EXISTS (SELECT 1 FROM workspaces WHERE id = ?2)
  ON CONFLICT (id) DO UPDATE SET ${CHANGES.map(({ name }) => `${name} = excluded.${name}`).join(", ")}
    WHERE excluded.outcome <> 'live'`;
const PUT_TEXTS = `INSERT OR IGNORE INTO execution_texts (execution_id, prompt, answer, prompt_chars, answer_chars)
  SELECT value ->> '$.id', value ->> '$.prompt', value ->> '$.answer',
    value ->> '$.promptChars', value ->> '$.answerChars' FROM json_each(?1)
  WHERE type = 'object' AND EXISTS (SELECT 1 FROM workspaces WHERE id = ?2)
    AND coalesce((SELECT text_retention_days FROM call_settings WHERE workspace_id = ?2), ${TEXT_RETENTION_DAYS}) > 0`;

/**
 * Calls of one workspace, in two statements however many they are: all or none of them. Putting them again changes nothing.
 * Those of a workspace that is gone are left out.
 */
export async function putExecutions(
  db: Database,
  workspaceId: string,
  batches: readonly ExecutionBatch[],
): Promise<void> {
  const put = (text: string, items: readonly string[]) =>
    db.$client.prepare(text).bind(`[${items.join(",")}]`, workspaceId);
  await db.$client.batch([
    put(
      PUT_ROWS,
      batches.map(({ rows }) => rows),
    ),
    put(
      PUT_TEXTS,
      batches.map(({ texts }) => texts),
    ),
  ]);
}

/** Newest first. */
export async function listExecutions(
  db: Database,
  workspaceId: string,
  filter: ExecutionFilter,
  page: { readonly before: string | null; readonly limit: number },
): Promise<{ executions: Execution[]; nextBefore: string | null }> {
  const rows = await db
    .select()
    .from(executions)
    .where(and(conditions(workspaceId, filter), page.before === null ? undefined : lt(executions.id, page.before)))
    .orderBy(desc(executions.id))
    .limit(page.limit + 1);
  const shown = rows.slice(0, page.limit);
  return { executions: shown.map(toExecution), nextBefore: rows.length > page.limit ? shown.at(-1)!.id : null };
}

export async function findExecution(
  db: Database,
  workspaceId: string,
  id: string,
): Promise<{ execution: Execution; texts: ExecutionTexts | null } | null> {
  const row = await db
    .select()
    .from(executions)
    .leftJoin(executionTexts, eq(executionTexts.executionId, executions.id))
    .where(and(eq(executions.id, id), eq(executions.workspaceId, workspaceId)))
    .get();
  return row ? { execution: toExecution(row.executions), texts: row.execution_texts } : null;
}

/** Which calls a filter selects. A range of time is a range of ids, which the index ends with. */
export function conditions(workspaceId: string, filter: ExecutionFilter): SQL | undefined {
  const { source, provider, model, outcome, from, to } = filter;
  return and(
    eq(executions.workspaceId, workspaceId),
    source && eq(executions.source, source),
    provider && eq(executions.provider, provider),
    model === undefined ? undefined : eq(executions.model, model),
    outcome && eq(executions.outcome, outcome),
    from === undefined ? undefined : gte(executions.id, earliestId("call", Date.parse(from))),
    to === undefined ? undefined : lt(executions.id, earliestId("call", Date.parse(to) + DAY_MS)),
  );
}

/** How long texts are kept, in days; 0 for not at all. */
export async function textRetentionDays(db: Database, workspaceId: string): Promise<number> {
  const row = await db.select().from(callSettings).where(eq(callSettings.workspaceId, workspaceId)).get();
  return row?.textRetentionDays ?? TEXT_RETENTION_DAYS;
}

/** What is kept no longer goes at once. */
export async function setTextRetentionDays(
  db: Database,
  workspaceId: string,
  days: number,
  now: number,
): Promise<void> {
  await db
    .insert(callSettings)
    .values({ workspaceId, textRetentionDays: days })
    .onConflictDoUpdate({ target: callSettings.workspaceId, set: { textRetentionDays: days } });
  await sweepExecutions(db, workspaceId, now);
}

/**
 * Closes calls that lost their server, and deletes what is kept no longer. Answers whether the record is empty: then
 * there is nothing left to sweep.
 */
export async function sweepExecutions(db: Database, workspaceId: string, now: number): Promise<boolean> {
  const isOld = (days: SQL | number) =>
    sql`${executions.startedAt} <= ${now} - ${days} * ${DAY_MS} AND ${executions.outcome} <> 'live'`;
  const retention = sql`coalesce((SELECT text_retention_days FROM call_settings
    WHERE workspace_id = ${workspaceId}), ${TEXT_RETENTION_DAYS})`;
  const oldestOf = (what: SQL) => sql`(SELECT id FROM executions WHERE workspace_id = ${workspaceId} AND ${what}
    ORDER BY id LIMIT ${SWEPT_ROWS_MAX})`;
  const hasTexts = sql`EXISTS (SELECT 1 FROM execution_texts WHERE execution_id = executions.id)`;
  await db.batch([
    db
      .update(executions)
      .set({ outcome: "unknown", endedAt: now })
      .where(
        and(
          eq(executions.workspaceId, workspaceId),
          eq(executions.outcome, "live"),
          lt(executions.startedAt, now - EXECUTION_LASTS_MS),
        ),
      ),
    db
      .delete(executionTexts)
      .where(sql`${executionTexts.executionId} IN ${oldestOf(sql`${isOld(retention)} AND ${hasTexts}`)}`),
    db.delete(executions).where(sql`${executions.id} IN ${oldestOf(isOld(EXECUTION_KEPT_DAYS))}`),
  ]);
  const left = await db
    .select({ id: executions.id })
    .from(executions)
    .where(eq(executions.workspaceId, workspaceId))
    .limit(1)
    .get();
  return left === undefined;
}

/** Everything that a filter selects, newest first, up to what an export may hold; page by page. */
export async function* exportExecutions(
  db: Database,
  workspaceId: string,
  filter: ExecutionFilter,
): AsyncGenerator<Execution> {
  let before: string | null = null;
  let left: number = EXECUTION_BOUNDS.exportRows;
  do {
    const limit = Math.min(left, EXPORT_PAGE_ROWS);
    const page: Awaited<ReturnType<typeof listExecutions>> = await listExecutions(db, workspaceId, filter, {
      before,
      limit,
    });
    yield* page.executions;
    left -= page.executions.length;
    before = page.nextBefore;
  } while (before !== null && left > 0);
}

const EXPORT_PAGE_ROWS = 500;

function toExecution(row: ExecutionRow): Execution {
  const { id, source, sourceId, provider, model, outcome, reason, message, status } = row;
  const { latencyMs, firstTokenMs, waitedMs, costMicros, price, inputTokens, outputTokens } = row;
  return {
    ...{ id, source: { kind: source, id: sourceId }, provider, model, outcome, reason, message, status },
    ...{ startedAt: toIso(row.startedAt), endedAt: toIsoOrNull(row.endedAt) },
    ...{ latencyMs, firstTokenMs, waitedMs },
    tokens:
      inputTokens === null || outputTokens === null
        ? null
        : {
            ...{ input: inputTokens, output: outputTokens, thinking: row.thinkingTokens ?? 0 },
            ...{ cacheRead: row.cacheReadTokens ?? 0, cacheWrite: row.cacheWriteTokens ?? 0 },
            isEstimated: row.isEstimated,
          },
    ...{ costMicros, price, retries: [...row.retries], fallbacks: [...row.fallbacks] },
  };
}
