/**
 * Runs in D1: the executor's projection of each run, and the reads of the console and the API.
 * Every read is bound to a workspace: a foreign id and an absent one look the same.
 */

import { and, asc, desc, eq, gt, gte, inArray, lt, type SQL, sql } from "drizzle-orm";
import { earliestId } from "../domain/ids.ts";
import { toIso, toIsoOrNull } from "../domain/instant.ts";
import type { Limits, Program } from "../domain/program.ts";
import type { RunEvent, RunStateName, RunSummary } from "../domain/run.ts";
import type { RunFilter } from "../domain/run-filter.ts";
import { joinFiles, splitFiles } from "../domain/text-parts.ts";
import type { Database } from "./database.ts";
import { FixedStatement, placeholdersOf } from "./fixed-statement.ts";
import { idempotencyKeys, type RunRow, runFiles, runInputs, runOutput, runs } from "./schema.ts";
import { type Subscriber, type SubscriberRow, subscribersOf, toSubscribers } from "./webhooks.ts";

/** What a later version may change, the title and the priority of a run that waits among them; everything else is fixed when the run is accepted. */
function projectedColumns() {
  const taken = (column: string) => sql.raw(`excluded.${column}`);
  return {
    state: taken("state"),
    title: taken("title"),
    priority: taken("priority"),
    issue: taken("issue"),
    attempts: taken("attempts"),
    error: taken("error"),
    errorCategory: taken("error_category"),
    limitReached: taken("limit_reached"),
    result: taken("result"),
    usage: taken("usage"),
    lastSeq: taken("last_seq"),
    startedAt: taken("started_at"),
    finishedAt: taken("finished_at"),
    version: taken("version"),
  };
}

const UPSERT_RUN = new FixedStatement<RunRow>((db) =>
  db
    .insert(runs)
    .values(placeholdersOf(runs) as never)
    .onConflictDoUpdate({
      target: runs.id,
      set: projectedColumns(),
      setWhere: sql`excluded.version > ${runs.version}`,
    }),
);
const INSERT_INPUTS = new FixedStatement<typeof runInputs.$inferSelect>((db) =>
  db
    .insert(runInputs)
    .values(placeholdersOf(runInputs) as never)
    .onConflictDoNothing(),
);
const INSERT_FILE = new FixedStatement<typeof runFiles.$inferSelect>((db) =>
  db
    .insert(runFiles)
    .values(placeholdersOf(runFiles) as never)
    .onConflictDoNothing(),
);
/** The events are JSON already. */
const INSERT_OUTPUT = new FixedStatement<Omit<typeof runOutput.$inferSelect, "events"> & { readonly events: string }>(
  (db) =>
    db
      .insert(runOutput)
      .values({ ...placeholdersOf(runOutput), events: sql`${sql.placeholder("events")}` } as never)
      .onConflictDoNothing(),
);

/** A stretch of a run's stream: one row, far below the 2 MB that it may have. `json` is the array of its events. */
export interface OutputChunk {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly json: string;
}

/** One version of a run, as it is to be listed. */
export interface RunProjection {
  readonly row: RunRow;
  /** What the run was accepted with; null where it is in place already, or the run has no program. */
  readonly program: Program | null;
  /** The whole stream of a run that has ended; empty for any other. */
  readonly output: Iterable<OutputChunk>;
  /** What is written with it: both or nothing. */
  readonly alongside: readonly D1PreparedStatement[];
}

/** Rows of output that go to D1 in one call: far below the size that one call may have. */
const OUTPUT_ROWS_PER_CALL = 8;

/**
 * Writes a version of the run. Repeats and late versions change nothing. An end is listed in the call that carries the
 * last of its output, so that a listed end has all of it; a short run takes one call.
 *
 * Answers who is to be told of the runs of its workspace: a look that costs a call of its own anywhere else.
 */
export async function projectRun(
  db: Database,
  { row, program, output, alongside }: RunProjection,
): Promise<readonly Subscriber[]> {
  const chunks = [...output];
  const last = chunks.splice(Math.max(0, chunks.length - OUTPUT_ROWS_PER_CALL));
  if (chunks.length > 0) await projectLongOutput(db, row, chunks);
  const upsert = UPSERT_RUN.bind(db, row);
  const inserts = [
    ...(program ? insertProgram(db, row.id, program) : []),
    ...last.map((chunk) => insertOutput(db, row.id, chunk)),
    ...alongside,
  ];
  const answers = await db.$client.batch<SubscriberRow>([upsert, ...inserts, subscribersOf(db, row.workspaceId)]);
  return toSubscribers(answers.at(-1)!.results);
}

/** Output refers to its run, so that has to be there first: as it was before its end, which is listed last. */
async function projectLongOutput(db: Database, row: RunRow, chunks: readonly OutputChunk[]): Promise<void> {
  await db
    .insert(runs)
    .values({ ...row, ...NOT_ENDED, startedAt: row.startedAt ?? row.createdAt })
    .onConflictDoNothing();
  for (let start = 0; start < chunks.length; start += OUTPUT_ROWS_PER_CALL) {
    const rows = chunks.slice(start, start + OUTPUT_ROWS_PER_CALL);
    await db.$client.batch(rows.map((chunk) => insertOutput(db, row.id, chunk)));
  }
}

const NOT_ENDED = {
  ...({ state: "running", finishedAt: null, error: null, errorCategory: null, limitReached: null } as const),
  ...{ result: null, usage: null, version: 0 },
};

function insertProgram(db: Database, runId: string, { files, stdin, args }: Program): D1PreparedStatement[] {
  return [
    INSERT_INPUTS.bind(db, { runId, stdin, args }),
    ...splitFiles(files).map((part) => INSERT_FILE.bind(db, { runId, ...part })),
  ];
}

function insertOutput(db: Database, runId: string, { firstSeq, lastSeq, json }: OutputChunk): D1PreparedStatement {
  return INSERT_OUTPUT.bind(db, { runId, firstSeq, lastSeq, events: json });
}

const SUMMARY_COLUMNS = {
  id: runs.id,
  kind: runs.kind,
  state: runs.state,
  title: runs.title,
  language: runs.language,
  lane: runs.lane,
  priority: runs.priority,
  attempts: runs.attempts,
  error: runs.error,
  limitReached: runs.limitReached,
  createdAt: runs.createdAt,
  startedAt: runs.startedAt,
  finishedAt: runs.finishedAt,
};

type SummaryRow = Pick<RunRow, keyof typeof SUMMARY_COLUMNS>;

function toSummary(row: SummaryRow): RunSummary {
  return {
    ...row,
    createdAt: toIso(row.createdAt),
    startedAt: toIsoOrNull(row.startedAt),
    finishedAt: toIsoOrNull(row.finishedAt),
  };
}

/** Which runs are meant. A person's own filter, with what only the console asks for. */
export interface RunSelection extends RunFilter {
  /** In any of these; beside {@link RunFilter.state}, which names one. */
  readonly states?: readonly RunStateName[];
  readonly createdSince?: number;
  /** Id of the person or token that started it. */
  readonly createdBy?: string;
}

/** Ids sort by the time of their creation, so a range of time is a range of ids, which every index ends with. */
function conditions(workspaceId: string, filter: RunSelection): SQL | undefined {
  const text = filter.q;
  const since = filter.since === undefined ? filter.createdSince : Date.parse(filter.since);
  return and(
    eq(runs.workspaceId, workspaceId),
    filter.createdBy ? eq(runs.createdBy, filter.createdBy) : undefined,
    filter.state ? eq(runs.state, filter.state) : undefined,
    filter.states?.length ? inArray(runs.state, [...filter.states]) : undefined,
    filter.kind ? eq(runs.kind, filter.kind) : undefined,
    filter.priority ? eq(runs.priority, filter.priority) : undefined,
    filter.lane ? eq(runs.lane, filter.lane) : undefined,
    filter.error ? eq(runs.errorCategory, filter.error) : undefined,
    since === undefined ? undefined : gte(runs.id, earliestId("run", since)),
    filter.until === undefined ? undefined : lt(runs.id, earliestId("run", Date.parse(filter.until))),
    // Not LIKE: D1 takes no pattern of more than 50 bytes. Both know the case of ASCII alone.
    text ? sql`(instr(lower(${runs.title}), lower(${text})) > 0 OR instr(${runs.id}, lower(${text})) = 1)` : undefined,
  );
}

/** Newest first; `before` is the id that the previous page ended with. Ids sort by the time of their creation. */
export async function listRuns(
  db: Database,
  workspaceId: string,
  filter: RunSelection,
  page: { before: string | null; limit: number },
): Promise<{ runs: RunSummary[]; nextBefore: string | null }> {
  const rows = await db
    .select(SUMMARY_COLUMNS)
    .from(runs)
    .where(and(conditions(workspaceId, filter), page.before ? lt(runs.id, page.before) : undefined))
    .orderBy(desc(runs.id))
    .limit(page.limit + 1);
  const shown = rows.slice(0, page.limit);
  return { runs: shown.map(toSummary), nextBefore: rows.length > page.limit ? shown.at(-1)!.id : null };
}

export async function countRunsAfter(db: Database, workspaceId: string, filter: RunSelection, after: string) {
  const row = await db
    .select({ count: sql<number>`count(*)` })
    .from(runs)
    .where(and(conditions(workspaceId, filter), gt(runs.id, after)))
    .get();
  return row?.count ?? 0;
}

export async function countRuns(db: Database, workspaceId: string, filter: RunSelection): Promise<number> {
  const row = await db.select({ count: sql<number>`count(*)` }).from(runs).where(conditions(workspaceId, filter)).get();
  return row?.count ?? 0;
}

/** In which lane a run was accepted; null when it is not one of this workspace. */
export async function findLaneOfRun(db: Database, workspaceId: string, runId: string): Promise<string | null> {
  const row = await db
    .select({ lane: runs.lane })
    .from(runs)
    .where(and(eq(runs.id, runId), eq(runs.workspaceId, workspaceId)))
    .get();
  return row?.lane ?? null;
}

/** Whether the run exists in this workspace. */
export async function runExists(db: Database, workspaceId: string, runId: string): Promise<boolean> {
  const row = await db
    .select({ id: runs.id })
    .from(runs)
    .where(and(eq(runs.id, runId), eq(runs.workspaceId, workspaceId)))
    .get();
  return row !== undefined;
}

/** In which state a run is; null when it is not one of this workspace. */
export async function findRunState(db: Database, workspaceId: string, runId: string): Promise<RunStateName | null> {
  const row = await db
    .select({ state: runs.state })
    .from(runs)
    .where(and(eq(runs.id, runId), eq(runs.workspaceId, workspaceId)))
    .get();
  return row?.state ?? null;
}

/** What a run was called and what it was allowed; null when it is not one of this workspace. */
export async function findRunTitle(
  db: Database,
  workspaceId: string,
  runId: string,
): Promise<{ title: string; limits: Limits | null } | null> {
  const row = await db
    .select({ title: runs.title, limits: runs.limits })
    .from(runs)
    .where(and(eq(runs.id, runId), eq(runs.workspaceId, workspaceId)))
    .get();
  return row ?? null;
}

/** The program of a run; null for one that has none of its own. The caller has checked that the run belongs to its workspace. */
export async function loadProgram(db: Database, runId: string): Promise<Program | null> {
  const run = await db
    .select({ language: runs.language, entry: runs.entry, stdin: runInputs.stdin, args: runInputs.args })
    .from(runs)
    .innerJoin(runInputs, eq(runInputs.runId, runs.id))
    .where(eq(runs.id, runId))
    .get();
  const { language, entry } = run ?? {};
  if (!run || !language || !entry) return null;
  const parts = await db
    .select({ name: runFiles.name, part: runFiles.part, text: runFiles.text })
    .from(runFiles)
    .where(eq(runFiles.runId, runId))
    .orderBy(asc(runFiles.name), asc(runFiles.part));
  return { ...run, language, entry, files: joinFiles(parts) };
}

/** The stored stream of an ended run, in order; empty while it still runs. */
export async function loadOutput(db: Database, runId: string, maxEvents: number): Promise<RunEvent[]> {
  const chunks = await db
    .select({ events: runOutput.events })
    .from(runOutput)
    .where(and(eq(runOutput.runId, runId), lt(runOutput.firstSeq, maxEvents + 1)))
    .orderBy(asc(runOutput.firstSeq));
  return chunks.flatMap((chunk) => chunk.events).slice(0, maxEvents);
}

/**
 * Reserves an Idempotency-Key for a run, or finds what it was used for before.
 * Two requests at once agree on one run id, because the row is inserted at most once.
 */
export async function reserveIdempotencyKey(
  db: Database,
  row: typeof idempotencyKeys.$inferInsert,
): Promise<{ requestHash: string; runId: string }> {
  await db.insert(idempotencyKeys).values(row).onConflictDoNothing();
  const kept = await db
    .select({ requestHash: idempotencyKeys.requestHash, runId: idempotencyKeys.runId })
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.principalId, row.principalId), eq(idempotencyKeys.key, row.key)))
    .get();
  return kept ?? { requestHash: row.requestHash, runId: row.runId };
}

/** Whether the principal has used this Idempotency-Key. */
export async function idempotencyKeyExists(db: Database, principalId: string, key: string): Promise<boolean> {
  const row = await db
    .select({ runId: idempotencyKeys.runId })
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.principalId, principalId), eq(idempotencyKeys.key, key)))
    .get();
  return row !== undefined;
}
