/** `/settings/meetings`: which way meetings are processed where nobody says how, and how it went. */
import { type Context, Hono } from "hono";
import { changeRollout, describeRollout } from "../../actions/process-meetings.ts";
import type { Failure } from "../../domain/errors.ts";
import { rolloutSchema } from "../../domain/meeting-run.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { MeetingSettingsPage } from "../../views/meeting-settings.tsx";
import { formOf, shownErrors, textOf } from "./form.ts";
import { page, signedInShell } from "./page.tsx";

export const meetingSettingPages = new Hono<SignedInEnv>()
  .get("/", (c) => show(c, null, {}))
  .post("/", async (c) => {
    const form = await formOf(c);
    const typed = { v2Percent: textOf(form, "v2Percent").trim(), fallback: form.has("fallback") };
    // An empty field is one that is missing, and not a zero.
    const v2Percent = typed.v2Percent === "" ? null : Number(typed.v2Percent);
    const rollout = check({ ...typed, v2Percent }, rolloutSchema);
    if (!rollout.ok) return show(c, rollout, typed);
    await changeRollout(c.var.dependencies, c.var.principal, rollout.value);
    return c.redirect("/settings/meetings", 303);
  });

async function show(
  c: Context<SignedInEnv>,
  failure: Failure | null,
  typed: { readonly v2Percent?: string; readonly fallback?: boolean },
) {
  const { dependencies, principal } = c.var;
  const { counts, ...set } = await describeRollout(dependencies, principal.workspaceId);
  const values = { v2Percent: String(set.v2Percent), fallback: set.fallback, ...typed };
  const props = { counts, values, errors: failure === null ? [] : shownErrors(failure) };
  return page(c, <MeetingSettingsPage shell={signedInShell(c)} {...props} />, failure ? 422 : 200);
}
