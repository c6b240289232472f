/** Starts runs about meetings, and reads and judges them: for the API and the console alike. */
import { CODE_CAPABILITY_NAMES } from "../capabilities/code/declarations.ts";
import type { Dependencies } from "../dependencies.ts";
import { actorOf } from "../domain/audit.ts";
import { expandCapabilities } from "../domain/code-grants.ts";
import { fail, type Result, succeed } from "../domain/errors.ts";
import { isId, newSecret } from "../domain/ids.ts";
import type { Priority } from "../domain/lane.ts";
import {
  type ProcessingChoice,
  ROLLOUT_DAYS,
  type Rollout,
  type RolloutCounts,
  versionOf,
} from "../domain/meeting-processing.ts";
import type { MeetingRun } from "../domain/meeting-run.ts";
import { beginnerOf, type Principal } from "../domain/principal.ts";
import type { RunDetail } from "../domain/run.ts";
import { meetingSpec } from "../domain/run-spec.ts";
import { countMeetingRuns, findRollout, judgeMeetingRun, listMeetingRuns, saveRollout } from "../store/meeting-runs.ts";
import { findMeeting } from "../store/meetings.ts";
import { record } from "./audit-trail.ts";
import { reserveRunId, submit } from "./start-run.ts";
import { refusalOfNames, reviewerFor } from "./workspace-models.ts";

const DAY_MS = 86_400_000;

/** What a model may use. The transcript stands in the prompt, and the network is nobody's here. */
const USED = ["stories.*", "blockers.*", "actionItems.*", "decisions.*", "members.list"];

export interface MeetingRunOptions {
  readonly idempotencyKey?: string;
  readonly retryOf?: string;
  readonly priority?: Priority;
}

/** As durable as `startRun`. The version of `auto` is decided here, by the workspace's rollout and the run's id. */
export async function startMeetingRun(
  dependencies: Dependencies,
  principal: Principal,
  meetingId: string,
  choice: ProcessingChoice,
  { idempotencyKey, ...options }: MeetingRunOptions = {},
): Promise<Result<RunDetail>> {
  const { db, random } = dependencies;
  const { workspaceId, lane } = principal;
  const [meeting, rollout] = await Promise.all([
    isId("mtg", meetingId) ? findMeeting(db, workspaceId, meetingId) : null,
    findRollout(db, workspaceId),
  ]);
  if (!meeting) return noMeeting();
  // What was saved before counts for it, wherever that was.
  dependencies.knownKeys.forget(workspaceId);
  const { reviewByModel, model } = choice;
  const named = (["model", "reviewModel"] as const).flatMap((path) => {
    const name = choice[path];
    return name === null ? [] : [{ path, name }];
  });
  const refusal = () => refusalOfNames(dependencies, workspaceId, named);
  const runId = await reserveRunId(dependencies, principal, { meetingId, choice, ...options }, idempotencyKey, refusal);
  if (!runId.ok) return runId;
  const version = versionOf(choice.version, runId.value, rollout);
  const hasPickedReviewer = reviewByModel && choice.reviewModel === null;
  const reviewModel = hasPickedReviewer ? await reviewerFor(dependencies, workspaceId, model) : choice.reviewModel;
  return submit(
    dependencies,
    meetingSpec({
      ...{ runId: runId.value, workspaceId, lane, ...beginnerOf(principal) },
      ...{ title: meeting.title, seed: newSecret(16, random) },
      plan: { ...choice, meetingId, version, reviewModel, hasPickedReviewer, fallback: rollout.fallback },
      capabilities: expandCapabilities(USED, CODE_CAPABILITY_NAMES).names,
      ...options,
    }),
  );
}

/** The runs about a meeting, the latest first. */
export async function readMeetingRuns(
  { db }: Dependencies,
  workspaceId: string,
  meetingId: string,
): Promise<Result<readonly MeetingRun[]>> {
  const meeting = isId("mtg", meetingId) ? await findMeeting(db, workspaceId, meetingId) : null;
  return meeting ? succeed(await listMeetingRuns(db, workspaceId, meetingId)) : noMeeting();
}

/** Says whether a run was useful; null takes that back. The last word counts. */
export async function judgeRun(
  { db }: Dependencies,
  { workspaceId, id }: Principal,
  runId: string,
  isUseful: boolean | null,
): Promise<Result<null>> {
  const judgement = { isUseful, judgedBy: isUseful === null ? null : id };
  const isJudged = await judgeMeetingRun(db, { workspaceId, runId }, judgement);
  return isJudged
    ? succeed(null)
    : fail("invalid-request", "This run is not about a meeting: there is nothing to judge.");
}

/** What is set, and how the runs of the last days went. */
export async function describeRollout(
  { db, clock }: Dependencies,
  workspaceId: string,
): Promise<Rollout & { readonly counts: RolloutCounts }> {
  const since = clock.now() - ROLLOUT_DAYS * DAY_MS;
  const [rollout, counts] = await Promise.all([findRollout(db, workspaceId), countMeetingRuns(db, workspaceId, since)]);
  return { ...rollout, counts };
}

export async function changeRollout(
  dependencies: Dependencies,
  principal: Principal,
  rollout: Rollout,
): Promise<Result<Rollout>> {
  await saveRollout(dependencies.db, principal.workspaceId, rollout);
  await record(dependencies, actorOf(principal), "meetings.rollout-changed", principal.workspaceId, {
    ...{ v2Percent: String(rollout.v2Percent), fallback: String(rollout.fallback) },
  });
  return succeed(rollout);
}

function noMeeting() {
  return fail("not-found", "There is no meeting with this id in your workspace.");
}
