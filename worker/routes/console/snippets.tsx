/** `/snippets`: the list, one snippet with its form, its runs, its schedules and its versions. */
import { type Context, Hono } from "hono";
import {
  addSchedule,
  listSchedules,
  pauseSchedule,
  removeSchedule,
  resumeSchedule,
} from "../../actions/manage-schedules.ts";
import {
  changeSnippet,
  createSnippet,
  removeSnippet,
  restoreSnippet,
  runSnippet,
} from "../../actions/manage-snippets.ts";
import { ERRORS, type Failure, type Result } from "../../domain/errors.ts";
import { isExecuted } from "../../domain/playground-modes.ts";
import { DEFAULT_LIMITS } from "../../domain/program.ts";
import { type SnippetVersion, snippetRunSchema } from "../../domain/snippet.ts";
import { parameterOfText } from "../../domain/snippet-parameter.ts";
import { scheduleSchema } from "../../domain/snippet-schedule.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { noSnippet } from "../../snippets/snippet-run.ts";
import { findSnippet, listSnippets, listVersions, loadVersion } from "../../store/snippets.ts";
import type { FieldError } from "../../views/components/error-summary.tsx";
import { NewSnippetPage, type SnippetFormProps } from "../../views/snippet-form.tsx";
import type { RefusedForm } from "../../views/snippet-run.tsx";
import { NEW_SNIPPET, type SnippetValues } from "../../views/snippet-values.ts";
import { SnippetPage, SnippetsPage } from "../../views/snippets.tsx";
import { formOf, textOf } from "./form.ts";
import { openProgram } from "./opened-program.ts";
import { failurePage, page, signedInShell } from "./page.tsx";
import { changeOf, readSnippetForm, snippetErrors, snippetValues } from "./snippet-form.ts";

type PageContext = Context<SignedInEnv>;

export const snippetPages = new Hono<SignedInEnv>()
  .get("/", async (c) => {
    const { dependencies, principal } = c.var;
    const { workspaceId } = principal;
    const query = (c.req.query("q") ?? "").trim();
    const [all, schedules] = await Promise.all([
      listSnippets(dependencies.db, workspaceId),
      listSchedules(dependencies, workspaceId, null),
    ]);
    const wanted = query.toLowerCase();
    const snippets = all.filter(({ name, description }) => `${name} ${description}`.toLowerCase().includes(wanted));
    const deleted = c.req.query("deleted");
    const notice = deleted === undefined ? null : `${deleted} was deleted.`;
    return page(c, <SnippetsPage shell={signedInShell(c)} {...{ snippets, schedules, query, notice }} />);
  })
  .post("/", async (c) => {
    const values = readSnippetForm(await formOf(c));
    const { dependencies, principal } = c.var;
    const created = await createSnippet(dependencies, principal, { ...changeOf(values), name: values.name });
    if (created.ok) return c.redirect(`/snippets/${created.value.name}?saved`, 303);
    return newPage(c, values, snippetErrors(created), ERRORS[created.code].status);
  })
  .get("/new", async (c) => {
    const opened = await startingValues(c);
    return opened.ok ? newPage(c, opened.value, []) : failurePage(c, opened);
  })
  .get("/:name", (c) => snippetPage(c, {}))
  .post("/:name/versions", async (c) => {
    const values = readSnippetForm(await formOf(c));
    const name = c.req.param("name");
    const changed = await changeSnippet(c.var.dependencies, c.var.principal, name, changeOf(values));
    if (changed.ok) return c.redirect(`/snippets/${name}?saved`, 303);
    if (changed.code === "not-found") return failurePage(c, changed);
    return snippetPage(c, { form: { values, errors: snippetErrors(changed) } }, ERRORS[changed.code].status);
  })
  .post("/:name/restorations", async (c) => {
    const name = c.req.param("name");
    const version = Number(textOf(await formOf(c), "version"));
    const restored = await restoreSnippet(c.var.dependencies, c.var.principal, name, version || 0);
    return restored.ok ? c.redirect(`/snippets/${name}?saved`, 303) : failurePage(c, restored);
  })
  .post("/:name/runs", async (c) => {
    const asked = await readRunForm(c, "run");
    if (!asked.ok) return failurePage(c, asked);
    const request = check(asked.value.request, snippetRunSchema);
    const name = c.req.param("name");
    const started = request.ok ? await runSnippet(c.var.dependencies, c.var.principal, name, request.value) : request;
    if (started.ok) return c.redirect(`/runs/${started.value.id}`, 303);
    return snippetPage(c, { run: refused(asked.value.form, "run", started) }, ERRORS[started.code].status);
  })
  .post("/:name/schedules", async (c) => {
    const asked = await readRunForm(c, "schedule");
    if (!asked.ok) return failurePage(c, asked);
    const { form, request: run } = asked.value;
    const [cron, timeZone] = [textOf(form, "schedule-cron"), textOf(form, "schedule-timeZone")];
    const request = check({ ...run, cron, timeZone }, scheduleSchema);
    const name = c.req.param("name");
    const added = request.ok ? await addSchedule(c.var.dependencies, c.var.principal, name, request.value) : request;
    if (added.ok) return c.redirect(`/snippets/${name}`, 303);
    return snippetPage(c, { schedule: refused(form, "schedule", added) }, ERRORS[added.code].status);
  })
  .post("/:name/schedules/:schedule/pause", (c) => steer(c, pauseSchedule))
  .post("/:name/schedules/:schedule/resumption", (c) => steer(c, resumeSchedule))
  .post("/:name/schedules/:schedule/deletion", (c) => steer(c, removeSchedule))
  .post("/:name/deletion", async (c) => {
    const name = c.req.param("name");
    const confirmation = textOf(await formOf(c), "confirm").trim();
    const removed = await removeSnippet(c.var.dependencies, c.var.principal, name, confirmation);
    return removed.ok ? c.redirect(`/snippets?deleted=${encodeURIComponent(name)}`, 303) : failurePage(c, removed);
  });

function newPage(c: PageContext, values: SnippetValues, errors: readonly FieldError[], status = 200) {
  const props = { values, errors, origins: c.var.dependencies.config.allowance.fetch };
  return page(c, <NewSnippetPage shell={signedInShell(c)} {...props} />, status);
}

/** Empty, or with the program of a run, an example or a shared link, as the playground opens them. */
async function startingValues(c: PageContext): Promise<Result<SnippetValues>> {
  const opened = await openProgram(c, c.req.query());
  if (!opened.ok) return opened;
  const { isBlank, values } = opened.value;
  if (isBlank || !isExecuted(values)) return { ok: true, value: NEW_SNIPPET };
  const { language, entry, files, limits, grants } = values;
  const numbers = Object.fromEntries(Object.entries(limits).map(([name, value]) => [name, Number(value)]));
  return {
    ok: true,
    value: {
      ...{ ...NEW_SNIPPET, language, entry, files, limits: { ...DEFAULT_LIMITS, ...numbers } },
      ...{ fetch: grants.fetch, model: grants.model === true },
    },
  };
}

interface ShownForms {
  /** What was typed, where it was refused. */
  readonly form?: Pick<SnippetFormProps, "values" | "errors">;
  readonly run?: RefusedForm;
  readonly schedule?: RefusedForm;
}

async function snippetPage(c: PageContext, shown: ShownForms, status = 200) {
  const { dependencies, principal } = c.var;
  const { db, config } = dependencies;
  const { workspaceId } = principal;
  const name = c.req.param("name") ?? "";
  const [snippet, summary, versions, schedules] = await Promise.all([
    loadVersion(db, workspaceId, name, null),
    findSnippet(db, workspaceId, name),
    listVersions(db, workspaceId, name),
    listSchedules(dependencies, workspaceId, name),
  ]);
  if (!snippet || !summary) return failurePage(c, noSnippet(name));
  const typed = shown.form ?? { values: snippetValues(name, snippet), errors: [] };
  const props = {
    ...{ snippet, versions, schedules, lastRunId: summary.lastRun?.id ?? null },
    ...{ run: shown.run ?? null, schedule: shown.schedule ?? null },
    form: { ...typed, origins: config.allowance.fetch },
    changes: await chosenChanges(c, name),
    notice: c.req.query("saved") === "" ? `Saved. The newest version is ${snippet.version}.` : null,
  };
  return page(c, <SnippetPage shell={signedInShell(c)} page={props} />, status);
}

/** The two versions that the address names; null where it names none that are there. */
async function chosenChanges(c: PageContext, name: string) {
  const { db } = c.var.dependencies;
  const load = (version: string | undefined): Promise<SnippetVersion | null> => {
    const number = /^\d{1,4}$/.test(version ?? "") ? Number(version) : null;
    return number === null ? Promise.resolve(null) : loadVersion(db, c.var.principal.workspaceId, name, number);
  };
  const [from, to] = await Promise.all([load(c.req.query("from")), load(c.req.query("to"))]);
  return from && to ? { from, to } : null;
}

/** What a form asks to run, by the parameters of the version that it names. */
async function readRunForm(c: PageContext, prefix: "run" | "schedule") {
  const { dependencies, principal } = c.var;
  const form = await formOf(c);
  const name = c.req.param("name") ?? "";
  const chosen = textOf(form, `${prefix}-version`);
  const version = chosen === "" ? null : Number(chosen) || 0;
  const snippet = await loadVersion(dependencies.db, principal.workspaceId, name, version);
  if (!snippet) return noSnippet(name, version);
  const parameters = snippet.parameters.map((parameter) => {
    const text = textOf(form, `${prefix}-parameter-${parameter.name}`);
    return [parameter.name, parameterOfText(parameter, text)];
  });
  const mode = textOf(form, `${prefix}-mode`);
  const request = {
    parameters: Object.fromEntries(parameters),
    ...(version === null ? {} : { version }),
    ...(mode === "" ? {} : { mode }),
  };
  return { ok: true as const, value: { form, request } };
}

/** The form as it was typed, with what is wrong with it by its fields. */
function refused(form: FormData, prefix: "run" | "schedule", { errors, detail }: Failure): RefusedForm {
  const typed = Object.fromEntries([...form].map(([name, value]) => [name, String(value)]));
  const shown = (errors ?? []).map(({ path, message }) => {
    const [first = "", second] = path.split(".");
    if (first === "parameters") return { field: `${prefix}-parameter-${second}`, message };
    return first === "files" ? { field: "", message } : { field: `${prefix}-${first}`, message };
  });
  return { typed, errors: shown.length > 0 ? shown : [{ field: "", message: detail }] };
}

async function steer<T>(
  c: PageContext,
  act: (
    dependencies: PageContext["var"]["dependencies"],
    principal: PageContext["var"]["principal"],
    snippet: string,
    id: string,
  ) => Promise<Result<T>>,
) {
  const { name = "", schedule = "" } = c.req.param() as Record<string, string>;
  const done = await act(c.var.dependencies, c.var.principal, name, schedule);
  return done.ok ? c.redirect(`/snippets/${name}`, 303) : failurePage(c, done);
}
