/** Figures over calls of models: sums, percentiles by nearest rank, groups, and how reliable providers were. Read-only. */
import { and, gte, sql } from "drizzle-orm";
import type { ExecutionFigures, ExecutionFilter, ExecutionGroup, ExecutionProvider } from "../domain/execution.ts";
import { earliestId } from "../domain/ids.ts";
import type { Database } from "./database.ts";
import { conditions } from "./executions.ts";
import { executions } from "./schema.ts";

/** Groups that a page shows. */
const GROUPS_MAX = 100;

const GROUP_COLUMN = {
  model: sql`${executions.model}`,
  day: sql`strftime('%Y-%m-%d', ${executions.startedAt} / 1000, 'unixepoch')`,
  all: sql`''`,
} as const;

export async function summarizeExecutions(
  db: Database,
  workspaceId: string,
  filter: ExecutionFilter,
): Promise<ExecutionFigures> {
  const [figures] = await figuresOf(db, workspaceId, filter, "all");
  return figures ?? NO_FIGURES;
}

const NO_FIGURES: ExecutionFigures = {
  ...{ group: "", calls: 0, whole: 0, inputTokens: 0, outputTokens: 0, costMicros: 0, unpriced: 0 },
  ...{ p50Ms: null, p95Ms: null },
};

/** By the most calls, or by the day, the latest first. */
export function groupExecutions(
  db: Database,
  workspaceId: string,
  filter: ExecutionFilter,
  group: ExecutionGroup,
): Promise<ExecutionFigures[]> {
  return figuresOf(db, workspaceId, filter, group);
}

function figuresOf(
  db: Database,
  workspaceId: string,
  filter: ExecutionFilter,
  group: ExecutionGroup | "all",
): Promise<ExecutionFigures[]> {
  // Calls without a latency, live ones for example, rank behind all others and count for no percentile.
  const ranked = sql`SELECT ${GROUP_COLUMN[group]} AS grouped, outcome, provider, input_tokens, output_tokens,
      cost_micros, latency_ms,
      row_number() OVER (PARTITION BY ${GROUP_COLUMN[group]} ORDER BY latency_ms IS NULL, latency_ms) AS place,
      count(latency_ms) OVER (PARTITION BY ${GROUP_COLUMN[group]}) AS timed
    FROM ${executions} WHERE ${conditions(workspaceId, filter)}`;
  // Not bound: D1 binds numbers as REAL, and this is a division of whole ones.
  const percentile = (percent: 50 | 95) =>
    sql`max(CASE WHEN place = (timed * ${sql.raw(String(percent))} + 99) / 100 THEN latency_ms END)`;
  const order = group === "day" ? sql`grouped DESC` : sql`count(*) DESC, grouped`;
  return db.all<ExecutionFigures>(sql`
    SELECT grouped AS "group", count(*) AS calls, count(*) FILTER (WHERE outcome = 'whole') AS whole,
      coalesce(sum(input_tokens), 0) AS inputTokens, coalesce(sum(output_tokens), 0) AS outputTokens,
      coalesce(sum(cost_micros), 0) AS costMicros,
      count(*) FILTER (WHERE cost_micros IS NULL AND outcome <> 'live' AND provider <> 'mock') AS unpriced,
      ${percentile(50)} AS p50Ms, ${percentile(95)} AS p95Ms
    FROM (${ranked}) GROUP BY grouped ORDER BY ${order} LIMIT ${GROUPS_MAX}`);
}

export interface Reliability {
  readonly provider: ExecutionProvider;
  readonly calls: number;
  readonly whole: number;
}

/**
 * How many of a provider's calls since then (epoch ms) ended well. One that another provider had to take over counts
 * against the first; what a caller stopped, or asked wrongly, counts for neither.
 */
export function providerReliability(db: Database, workspaceId: string, since: number): Promise<Reliability[]> {
  const range = and(conditions(workspaceId, {}), gte(executions.id, earliestId("call", since)));
  return db.all<Reliability>(sql`
    SELECT provider, count(*) AS calls, count(*) FILTER (WHERE outcome = 'whole') AS whole FROM (
      SELECT provider, outcome FROM ${executions} WHERE ${range}
        AND outcome <> 'live' AND coalesce(reason, '') NOT IN ('aborted', 'bad-request', 'over-limit', 'circuit-open')
      UNION ALL
      SELECT json_extract(path.value, '$.from.provider'), 'failed' FROM ${executions}, json_each(fallbacks) AS path
        WHERE ${range} AND json_extract(path.value, '$.reason') NOT IN ('over-limit', 'circuit-open')
    ) GROUP BY provider ORDER BY provider`);
}

/** Models that the workspace has asked, for filters. */
export async function listModels(db: Database, workspaceId: string, since: number): Promise<string[]> {
  const rows = await db
    .selectDistinct({ model: executions.model })
    .from(executions)
    .where(and(conditions(workspaceId, {}), gte(executions.id, earliestId("call", since))))
    .orderBy(executions.model)
    .limit(GROUPS_MAX);
  return rows.map(({ model }) => model);
}
