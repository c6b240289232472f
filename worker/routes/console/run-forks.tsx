/** Forks of a run: its host calls, the form at one of them, and both branches side by side. */
import { type Context, Hono } from "hono";
import { forkRun } from "../../actions/fork-run.ts";
import { type Failure, fail, type Result, succeed } from "../../domain/errors.ts";
import { type ForkRequest, forkRequestSchema, type HostCallPage } from "../../domain/fork.ts";
import type { JsonValue } from "../../domain/guest-outcome.ts";
import type { RunDetail } from "../../domain/run.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { loadProgram } from "../../store/runs.ts";
import { type Branch, BranchesPage } from "../../views/run-branches.tsx";
import { NewForkPage } from "../../views/run-calls.tsx";
import { accessRun, type RunHandle, runWithId } from "../run-access.ts";
import { formOf, shownErrors, textOf } from "./form.ts";
import { failurePage, page, signedInShell } from "./page.tsx";

/** Of each branch's output that is shown side by side: some screens. */
const OUTPUT_CHARS = 20_000;

export const runForkPages = new Hono<SignedInEnv>()
  .get("/:id/forks/new", async (c) => {
    const begun = await begin(c, c.req.query("call"));
    return begun.ok ? formPage(c, begun.value, begun.value.given) : failurePage(c, begun);
  })
  .post("/:id/forks", async (c) => {
    const form = await formOf(c);
    const begun = await begin(c, form.has("call") ? textOf(form, "call") : undefined);
    if (!begun.ok) return failurePage(c, begun);
    const typed = { answer: textOf(form, "answer"), code: textOf(form, "code").replaceAll("\r\n", "\n") };
    const request = requestOf(begun.value, typed);
    const forked = request.ok
      ? await forkRun(c.var.dependencies, c.var.principal, begun.value.run.id, request.value)
      : request;
    if (forked.ok) return c.redirect(`/runs/${forked.value.id}`, 303);
    return formPage(c, begun.value, typed, forked);
  })
  .get("/:id/branches", async (c) => {
    const handle = await accessRun(c);
    if (!handle.ok) return failurePage(c, handle);
    const run = (await handle.value.describe())!;
    // One that is no fork has no other branch.
    if (run.forkOf === null) return c.redirect(`/runs/${run.id}`, 303);
    const origin = await runWithId(c.var, run.forkOf.of);
    if (!origin.ok) return failurePage(c, origin);
    const branches = { origin: await branchOf(origin.value), fork: await branchOf(handle.value) };
    return page(c, <BranchesPage shell={signedInShell(c)} {...branches} />);
  });

interface Begun {
  readonly run: RunDetail;
  readonly call: HostCallPage["calls"][number] | null;
  /** What the fields hold before anybody types. */
  readonly given: { readonly answer: string; readonly code: string };
}

async function begin(c: Context<SignedInEnv>, call: string | undefined): Promise<Result<Begun>> {
  const handle = await accessRun(c);
  if (!handle.ok) return handle;
  const run = (await handle.value.describe())!;
  const number = call === undefined ? null : Number(call);
  const asked = await handle.value.hostCalls(number ?? 0, 1);
  if (!asked.ok) return asked;
  const found = number === null ? null : (asked.value.calls[0] ?? null);
  if (number !== null && found === null) return fail("not-found", "The run made no such host call.");
  const program = await loadProgram(c.var.dependencies.db, run.id);
  const code = program?.files[run.entry ?? ""] ?? "";
  const answer = found?.answer && "value" in found.answer ? pretty(found.answer.value) : "";
  return succeed({ run, call: found, given: { answer, code } });
}

/** Only what was changed is asked for. */
function requestOf({ run, call, given }: Begun, typed: Begun["given"]): Result<ForkRequest> {
  const files = typed.code === given.code || run.entry === null ? {} : { files: { [run.entry]: typed.code } };
  const place = call === null ? {} : { call: call.call };
  if (typed.answer.trim() === given.answer.trim()) return check({ ...files, ...place }, forkRequestSchema);
  try {
    const answer = JSON.parse(typed.answer) as JsonValue;
    return check({ ...files, ...place, answer }, forkRequestSchema);
  } catch {
    return fail("invalid-request", "The answer is not JSON.", [{ path: "answer", message: "must be JSON" }]);
  }
}

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    // One that was cut for its length.
    return json;
  }
}

function formPage(
  c: Context<SignedInEnv>,
  { run, call }: Begun,
  values: Begun["given"],
  failure: Failure | null = null,
) {
  const errors = failure ? shownErrors(failure) : [];
  const props = { run, call, values, errors };
  return page(c, <NewForkPage shell={signedInShell(c)} {...props} />, failure ? 422 : 200);
}

async function branchOf(handle: RunHandle): Promise<Branch> {
  const [run, sheet, log] = await Promise.all([
    handle.describe(),
    handle.effectSheet(),
    handle.fetch(new Request("https://executor/log.txt")).then((answer) => answer.text()),
  ]);
  if (!sheet.ok) throw new Error("a run that is there has a sheet");
  return { run: run!, sheet: sheet.value, output: log.slice(-OUTPUT_CHARS) };
}
