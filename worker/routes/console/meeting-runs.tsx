/** What is made of a meeting: processing it, the runs about it on its page, two of them side by side, and what people think. */
import { type Context, Hono } from "hono";
import { judgeRun, readMeetingRuns, startMeetingRun } from "../../actions/process-meetings.ts";
import { compareEffects } from "../../domain/effect-comparison.ts";
import { fail, type Result } from "../../domain/errors.ts";
import { processingChoiceSchema } from "../../domain/meeting-processing.ts";
import type { MeetingRun } from "../../domain/meeting-run.ts";
import type { RunDetail } from "../../domain/run.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { findMeeting } from "../../store/meetings.ts";
import { ELEMENT_ID } from "../../views/element-id.ts";
import { MeetingComparePage } from "../../views/meeting-compare.tsx";
import { MeetingRunsAnswer } from "../../views/meeting-runs.tsx";
import { FIRST_VALUES, type ProcessFormValues } from "../../views/process-form.tsx";
import { accessRun } from "../run-access.ts";
import { formOf, shownErrors, textOf } from "./form.ts";
import { effectsOf, runsOf, showMeeting } from "./meeting-page.tsx";
import { failurePage, isPartial, page, signedInShell } from "./page.tsx";

type MeetingContext = Context<SignedInEnv>;

export const meetingRunPages = new Hono<SignedInEnv>()
  .get("/:id/runs", async (c) => {
    const id = c.req.param("id");
    const props = await runsOf(c, id);
    if (props === null) return failurePage(c, noMeeting());
    return isPartial(c) ? page(c, <MeetingRunsAnswer {...props} />) : c.redirect(`/meetings/${id}`, 303);
  })
  .post("/:id/runs", async (c) => {
    const id = c.req.param("id");
    const form = await formOf(c);
    const values = {
      version: textOf(form, "version") || FIRST_VALUES.version,
      mode: textOf(form, "mode") || FIRST_VALUES.mode,
      thinking: form.has("thinking"),
      reviewByModel: form.has("reviewByModel"),
      model: textOf(form, "model"),
      reviewModel: textOf(form, "reviewModel"),
    };
    const started = await process(c, id, values);
    // Where it can be watched, which is not at the top.
    if (started.ok) return c.redirect(`/meetings/${id}#${ELEMENT_ID.meetingRuns}`, 303);
    return started.code === "invalid-request" || started.code === "model-not-found"
      ? showMeeting(c, id, { values, errors: shownErrors(started) })
      : failurePage(c, started);
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

async function process(c: MeetingContext, id: string, values: ProcessFormValues): Promise<Result<RunDetail>> {
  const { reviewByModel } = values;
  const choice = check(
    {
      ...values,
      model: values.model.trim() || null,
      // Typed, and then not wanted.
      reviewModel: reviewByModel ? values.reviewModel.trim() || null : null,
    },
    processingChoiceSchema,
  );
  return choice.ok ? startMeetingRun(c.var.dependencies, c.var.principal, id, choice.value) : choice;
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
