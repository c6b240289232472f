/** How a run in its object becomes what the API answers, what D1 lists, and what a line of the log says of it. Pure. */

import type { EffectSheet } from "../../worker/domain/effect-sheet.ts";
import type { JsonValue } from "../../worker/domain/guest-outcome.ts";
import { toIso, toIsoOrNull } from "../../worker/domain/instant.ts";
import type { Receipt } from "../../worker/domain/receipt.ts";
import type { RunDetail, RunUsage } from "../../worker/domain/run.ts";
import { attemptsOf, hasEnded, stepsOf } from "../../worker/domain/run-state.ts";
import type { Wait } from "../../worker/domain/wait-reason.ts";
import type { LogFields } from "../../worker/log-fields.ts";
import type { MeetingRunRow } from "../../worker/store/meeting-run-tables.ts";
import type { RunRow } from "../../worker/store/schema.ts";
import type { ProcessingRecord } from "./processing-storage.ts";
import type { StoredRun } from "./storage.ts";

export interface Surroundings {
  readonly result: JsonValue | undefined;
  readonly lastSeq: number;
}

function usageOf({ state }: StoredRun): RunUsage | null {
  if (!hasEnded(state) || !state.usage) return null;
  return { ...state.usage, queuedMs: (state.startedAt ?? state.finishedAt) - state.createdAt };
}

/** What a run has because it has a program, or the lack of it. */
function programColumns(spec: StoredRun["spec"]) {
  if (spec.kind === "issue") return { language: null, entry: null, limits: null, issue: spec.issue };
  const { language, entry } = spec.program;
  return { language, entry, limits: spec.limits, issue: null };
}

export function toRow(stored: StoredRun, { result, lastSeq }: Surroundings): RunRow {
  const { spec, state, version } = stored;
  const ended = hasEnded(state) ? state : null;
  return {
    id: spec.id,
    workspaceId: spec.workspaceId,
    kind: spec.kind,
    state: state.name,
    title: spec.title,
    ...programColumns(spec),
    lane: spec.lane,
    priority: spec.priority,
    createdBy: spec.createdBy,
    retryOf: spec.retryOf,
    attempts: state.name === "queued" ? 0 : state.attempt,
    error: ended?.error ?? null,
    errorCategory: ended?.error?.category ?? null,
    limitReached: ended?.limitReached ?? null,
    result: result ?? null,
    usage: usageOf(stored),
    lastSeq,
    createdAt: state.createdAt,
    expiresAt: spec.expiresAt,
    startedAt: state.name === "queued" ? null : state.startedAt,
    finishedAt: ended?.finishedAt ?? null,
    version,
  };
}

/** What a run about a meeting is listed with besides; null for any other. */
export function meetingRunRow(
  { spec, state, version }: StoredRun,
  record: ProcessingRecord,
  { entries, unchanged }: EffectSheet,
): Omit<MeetingRunRow, "isUseful" | "judgedBy"> | null {
  if (spec.kind !== "meeting") return null;
  const { id: runId, workspaceId, plan } = spec;
  return {
    ...{ runId, workspaceId, plan, version, meetingId: plan.meetingId, state: state.name },
    ...{ ...record, calls: [...record.calls], effects: entries.length, unchanged },
    remembered: entries.filter((entry) => entry.remembered !== null).length,
    createdAt: state.createdAt,
    startedAt: state.name === "queued" ? null : state.startedAt,
    finishedAt: hasEnded(state) ? state.finishedAt : null,
  };
}

function costOf(usage: RunUsage | null): number | null {
  const micros = usage?.models?.costMicros ?? null;
  return micros === null ? null : micros / 1_000_000;
}

function waitOf(wait: Wait | null): Pick<RunDetail, "waitingFor" | "wait"> {
  if (!wait) return { waitingFor: null, wait: null };
  const { sentence, ...view } = wait;
  return { waitingFor: sentence, wait: view };
}

export function toDetail(
  stored: StoredRun,
  { receipt, ...around }: Surroundings & { readonly receipt: Receipt | null },
  wait: Wait | null,
): RunDetail {
  const row = toRow(stored, around);
  const { workspaceId, createdBy, errorCategory, version, createdAt, expiresAt, startedAt, finishedAt, ...shown } = row;
  const { spec } = stored;
  return {
    ...shown,
    grants: spec.kind !== "issue" ? spec.grants : null,
    forkOf: (spec.kind === "execution" ? spec.fork : null) ?? null,
    createdAt: toIso(createdAt),
    expiresAt: toIsoOrNull(expiresAt),
    startedAt: toIsoOrNull(startedAt),
    finishedAt: toIsoOrNull(finishedAt),
    success: hasEnded(stored.state) ? stored.state.name === "succeeded" : null,
    ...waitOf(wait),
    steps: stepsOf(stored.state),
    attemptHistory: attemptsOf(stored.state),
    cost: costOf(row.usage),
    receipt,
    // The object that makes the calls knows.
    budgetWait: null,
  };
}

export function logFieldsOf({ spec, state }: StoredRun): LogFields {
  return {
    runId: spec.id,
    workspaceId: spec.workspaceId,
    lane: spec.lane,
    issueKey: spec.kind === "issue" ? spec.issue.key : undefined,
    state: state.name,
    step: stepsOf(state).findLast((step) => step.state !== "pending")?.name,
    attempt: state.name === "queued" ? 0 : state.attempt,
  };
}
