/** What is made of a meeting: processing it, the runs about it on its page, two of them side by side, and what people think. */
import { type Context, Hono } from "hono";
import { judgeRun, readMeetingRuns, startMeetingRun } from "../../actions/process-meetings.ts";
import { modelsOf, reviewerFor } from "../../actions/workspace-provider.ts";
import type { Effect } from "../../domain/effect.ts";
import { compareEffects } from "../../domain/effect-comparison.ts";
import { fail } from "../../domain/errors.ts";
import { processingChoiceSchema } from "../../domain/meeting-processing.ts";
import type { MeetingRun } from "../../domain/meeting-run.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { findRollout } from "../../store/meeting-runs.ts";
import { findMeeting } from "../../store/meetings.ts";
import { MeetingComparePage } from "../../views/meeting-compare.tsx";
import { MeetingRuns, type MeetingRunsProps } from "../../views/meeting-runs.tsx";
import type { ProcessFormProps } from "../../views/process-form.tsx";
import { accessRun } from "../run-access.ts";
import { formOf, textOf } from "./form.ts";
import { failurePage, isPartial, page, signedInShell } from "./page.tsx";

type MeetingContext = Context<SignedInEnv>;

export const meetingRunPages = new Hono<SignedInEnv>()
  .get("/:id/runs", async (c) => {
    const id = c.req.param("id");
    const props = await runsOf(c, id);
    if (props === null) return failurePage(c, noMeeting());
    return isPartial(c) ? page(c, <MeetingRuns {...props} />) : c.redirect(`/meetings/${id}`, 303);
  })
  .post("/:id/runs", async (c) => {
    const id = c.req.param("id");
    const form = await formOf(c);
    const choice = check(
      {
        version: textOf(form, "version") || "auto",
        mode: textOf(form, "mode") || "review",
        thinking: form.has("thinking"),
        reviewByModel: form.has("reviewByModel"),
        model: textOf(form, "model") || null,
        // Typed, and then not wanted.
        reviewModel: form.has("reviewByModel") ? textOf(form, "reviewModel") || null : null,
      },
      processingChoiceSchema,
    );
    if (!choice.ok) return failurePage(c, choice);
    const started = await startMeetingRun(c.var.dependencies, c.var.principal, id, choice.value);
    return started.ok ? c.redirect(`/meetings/${id}`, 303) : failurePage(c, started);
  })
  .get("/:id/compare", async (c) => {
    const { dependencies, principal } = c.var;
    const id = c.req.param("id");
    const meeting = await findMeeting(dependencies.db, principal.workspaceId, id);
    const read = await readMeetingRuns(dependencies, principal.workspaceId, id);
    if (!meeting || !read.ok) return failurePage(c, noMeeting());
    const runs = read.value.filter(({ finishedAt }) => finishedAt !== null);
    const chosen = chosenOf(c, runs);
    const compared = chosen && {
      ...chosen,
      effects: compareEffects(await effectsOf(c, chosen.a), await effectsOf(c, chosen.b)),
    };
    return page(c, <MeetingComparePage shell={signedInShell(c)} meeting={meeting} runs={runs} compared={compared} />);
  });

export const feedbackPages = new Hono<SignedInEnv>().post("/:id/feedback", async (c) => {
  const run = await accessRun(c);
  if (!run.ok) return failurePage(c, run);
  const form = await formOf(c);
  const useful = textOf(form, "useful");
  const isUseful = useful === "" ? null : useful === "true";
  const judged = await judgeRun(c.var.dependencies, c.var.principal, c.req.param("id"), isUseful);
  return judged.ok
    ? c.redirect(`/meetings/${encodeURIComponent(textOf(form, "meeting"))}`, 303)
    : failurePage(c, judged);
});

export async function processFormOf(c: MeetingContext, meetingId: string): Promise<ProcessFormProps> {
  const { dependencies, principal } = c.var;
  const { workspaceId } = principal;
  const [models, reviewer, rollout] = await Promise.all([
    modelsOf(dependencies, workspaceId),
    reviewerFor(dependencies, workspaceId, null),
    findRollout(dependencies.db, workspaceId),
  ]);
  return { meetingId, models, reviewer, rollout };
}

/** What the meeting's page shows of its runs; null where there is no such meeting. */
export async function runsOf(c: MeetingContext, meetingId: string): Promise<MeetingRunsProps | null> {
  const { dependencies, principal } = c.var;
  const runs = await readMeetingRuns(dependencies, principal.workspaceId, meetingId);
  if (!runs.ok) return null;
  const latest = runs.value.find(({ finishedAt, effects }) => finishedAt !== null && effects > 0);
  const found = latest ? { runId: latest.runId, effects: await effectsOf(c, latest) } : null;
  return { meetingId, runs: runs.value, found };
}

async function effectsOf(c: MeetingContext, { runId }: MeetingRun): Promise<readonly Effect[]> {
  const sheet = await c.var.dependencies.executor(runId).effectSheet();
  return sheet.ok ? sheet.value.entries.map(({ effect }) => effect) : [];
}

/** What was asked for; else the latest run of each version, else the latest two. */
function chosenOf(c: MeetingContext, runs: readonly MeetingRun[]): { a: MeetingRun; b: MeetingRun } | null {
  const asked = (side: "a" | "b") => runs.find(({ runId }) => runId === c.req.query(side));
  const latest = (version: "v1" | "v2") => runs.find(({ usedVersion }) => usedVersion === version);
  const a = asked("a") ?? latest("v1") ?? runs[1];
  const b = asked("b") ?? runs.find((run) => run === latest("v2") && run !== a) ?? runs.find((run) => run !== a);
  return a && b ? { a, b } : null;
}

function noMeeting() {
  return fail("not-found", "There is no meeting with this id in your workspace.");
}
