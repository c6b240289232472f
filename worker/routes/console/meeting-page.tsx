/** One meeting's page, whoever answers with it: the meeting, the form that processes it, and its runs. */
import type { Context } from "hono";
import { readMeeting } from "../../actions/manage-meetings.ts";
import { readMeetingRuns } from "../../actions/process-meetings.ts";
import { modelsOf, reviewerFor } from "../../actions/workspace-models.ts";
import type { Effect } from "../../domain/effect.ts";
import { hasNews, type MeetingRun } from "../../domain/meeting-run.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { findRollout } from "../../store/meeting-runs.ts";
import type { FieldError } from "../../views/components/error-summary.tsx";
import { MeetingPage, TranscriptView } from "../../views/meeting.tsx";
import { MeetingRuns, type MeetingRunsProps } from "../../views/meeting-runs.tsx";
import { FIRST_VALUES, ProcessForm, type ProcessFormValues } from "../../views/process-form.tsx";
import { failurePage, isPartial, page, signedInShell } from "./page.tsx";

type MeetingContext = Context<SignedInEnv>;

const SEARCH_CHARS = 200;

/** What was sent with the form, and why nothing came of it. */
export interface RefusedProcessing {
  readonly values: ProcessFormValues;
  readonly errors: readonly FieldError[];
}

/** @param refused the form that this answers; null for whoever comes to read */
export async function showMeeting(c: MeetingContext, id: string, refused: RefusedProcessing | null = null) {
  const { dependencies, principal } = c.var;
  const { workspaceId } = principal;
  const found = await readMeeting(dependencies, workspaceId, id);
  if (!found.ok) return failurePage(c, found);
  const props = {
    meeting: found.value,
    search: (c.req.query("q") ?? "").trim().slice(0, SEARCH_CHARS),
    arrival: c.req.query("added") === "" ? ("added" as const) : c.req.query("known") === "" ? ("known" as const) : null,
  };
  if (isPartial(c)) return page(c, <TranscriptView {...props} />);
  const [models, reviewer, rollout, runs] = await Promise.all([
    modelsOf(dependencies, workspaceId),
    reviewerFor(dependencies, workspaceId, null),
    findRollout(dependencies.db, workspaceId),
    runsOf(c, id),
  ]);
  const form = { meetingId: id, models, reviewer, rollout, ...(refused ?? { values: FIRST_VALUES, errors: [] }) };
  return page(
    c,
    <MeetingPage shell={signedInShell(c)} {...props}>
      <ProcessForm {...form} />
      {runs === null ? null : <MeetingRuns {...runs} />}
    </MeetingPage>,
    refused ? 422 : 200,
  );
}

/** What the meeting's page shows of its runs; null where there is no such meeting. */
export async function runsOf(c: MeetingContext, meetingId: string): Promise<MeetingRunsProps | null> {
  const { dependencies, principal } = c.var;
  const runs = await readMeetingRuns(dependencies, principal.workspaceId, meetingId);
  if (!runs.ok) return null;
  const latest = runs.value.find((run) => run.finishedAt !== null && hasNews(run));
  const found = latest ? { runId: latest.runId, effects: await effectsOf(c, latest) } : null;
  return { meetingId, runs: runs.value, found };
}

export async function effectsOf(c: MeetingContext, { runId }: MeetingRun): Promise<readonly Effect[]> {
  const sheet = await c.var.dependencies.executor(runId).effectSheet();
  return sheet.ok ? sheet.value.entries.map(({ effect }) => effect) : [];
}
