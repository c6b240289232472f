/** `/playground`: the editor, the runs and previews that it starts, links to share, and programs written by a model. */
import { type Context, Hono } from "hono";
import { saveProgram } from "../../actions/manage-snippets.ts";
import { startRun } from "../../actions/start-run.ts";
import { sha256Hex } from "../../digest.ts";
import { type Failure, fail } from "../../domain/errors.ts";
import { newSecret } from "../../domain/ids.ts";
import { writeOrigin } from "../../domain/origin.ts";
import { isExecuted } from "../../domain/playground-modes.ts";
import { PREVIEW_BOUNDS, type PreviewFiles } from "../../domain/preview.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { POLICY_WITH_FRAMES } from "../../middleware/security-headers.ts";
import { findPreview, insertPreview } from "../../store/previews.ts";
import { listRuns } from "../../store/runs.ts";
import { insertShare } from "../../store/shares.ts";
import { HistoryFragment, HistoryPage } from "../../views/history.tsx";
import { PlaygroundErrors, PlaygroundPage, type PlaygroundProps } from "../../views/playground.tsx";
import { blankPlayground } from "../../views/playground-values.ts";
import { FullPreviewPage, PreviewPanel } from "../../views/preview.tsx";
import { RunOutcome, RunPanel } from "../../views/run-panel.tsx";
import { SavedSnippet } from "../../views/saved-snippet.tsx";
import { ShareLink } from "../../views/share-link.tsx";
import { decodeCursor, encodeCursor } from "../cursor.ts";
import { accessRun } from "../run-access.ts";
import { failedFiles } from "./failed-files.ts";
import { formOf, textOf } from "./form.ts";
import { generations } from "./generations.ts";
import { EXAMPLE_MENU, openProgram, originExists } from "./opened-program.ts";
import { failurePage, isPartial, page, signedInShell } from "./page.tsx";
import { readFormMode, readFormOrigin, readGrants, readPlaygroundForm, shownErrors } from "./playground-form.ts";

const SHARE_SLUG_BYTES = 12;
const PREVIEW_SECRET_BYTES = 24;
const HISTORY_PAGE_SIZE = 20;

export const playground = new Hono<SignedInEnv>()
  .route("/generations", generations)
  .get("/", async (c) => {
    const opened = await openProgram(c, c.req.query());
    return opened.ok ? playgroundPage(c, { ...opened.value, errors: [] }) : failurePage(c, opened);
  })
  .post("/runs", async (c) => {
    const form = await formOf(c);
    const reading = readPlaygroundForm(form);
    if (!reading.ok) return refuse(c, form, reading.errors);
    const { program, ...allowed } = reading.value;
    if (!isExecuted(program)) return startPreview(c, program);
    const started = await startRun(c.var.dependencies, c.var.principal, { program, ...allowed });
    if (!started.ok) return started.errors ? refuse(c, form, shownErrors(started.errors)) : failurePage(c, started);
    const run = started.value;
    return isPartial(c) ? page(c, <RunPanel run={run} events={[]} />) : c.redirect(`/runs/${run.id}`, 303);
  })
  .get("/runs/:id/outcome", async (c) => {
    const handle = await accessRun(c);
    if (!handle.ok) return failurePage(c, handle);
    const run = (await handle.value.describe())!;
    return page(c, <RunOutcome run={run} files={await failedFiles(c, run)} />);
  })
  .get("/previews/:secret", async (c) => {
    const { dependencies, principal } = c.var;
    const secret = c.req.param("secret");
    const found = await findPreview(dependencies.db, await sha256Hex(secret), dependencies.clock.now());
    if (found?.userId !== principal.userId) {
      return failurePage(c, fail("not-found", "This preview is not there, or its hour is over. Run the page again."));
    }
    c.header("content-security-policy", POLICY_WITH_FRAMES);
    return page(c, <FullPreviewPage secret={secret} entry={found.entry} />);
  })
  .get("/history", async (c) => {
    const cursor = decodeCursor(c.req.query("cursor"));
    if (!cursor.ok) return failurePage(c, cursor);
    const { dependencies, principal } = c.var;
    const { runs, nextBefore } = await listRuns(
      dependencies.db,
      principal.workspaceId,
      { createdBy: principal.id },
      { before: cursor.value, limit: HISTORY_PAGE_SIZE },
    );
    const props = { runs, cursor: cursor.value, nextCursor: nextBefore === null ? null : encodeCursor(nextBefore) };
    return page(c, isPartial(c) ? <HistoryFragment {...props} /> : <HistoryPage shell={signedInShell(c)} {...props} />);
  })
  .post("/snippets", async (c) => {
    const form = await formOf(c);
    const reading = readPlaygroundForm(form);
    if (!reading.ok) return refuse(c, form, reading.errors);
    const { program, ...rest } = reading.value;
    if (!isExecuted(program)) {
      return refuse(c, form, [{ field: "language", message: "A page cannot be a snippet: nothing runs it." }]);
    }
    const name = textOf(form, "snippet").trim();
    const saved = await saveProgram(c.var.dependencies, c.var.principal, name, { program, ...rest });
    if (!saved.ok) return refuse(c, form, shownSnippetErrors(saved));
    const { version } = saved.value;
    return isPartial(c) ? page(c, <SavedSnippet {...{ name, version }} />) : c.redirect(`/snippets/${name}?saved`, 303);
  })
  .post("/shares", async (c) => {
    const form = await formOf(c);
    const reading = readPlaygroundForm(form);
    if (!reading.ok) return refuse(c, form, reading.errors);
    const { dependencies, principal } = c.var;
    const { clock, random, db } = dependencies;
    const slug = newSecret(SHARE_SLUG_BYTES, random);
    const { workspaceId, id: createdBy } = principal;
    const { program } = reading.value;
    const origin = readFormOrigin(form);
    const forkedFrom = origin && (await originExists(c, origin)) ? writeOrigin(origin) : null;
    await insertShare(db, { slug, workspaceId, createdBy, createdAt: clock.now(), forkedFrom, program });
    const address = new URL(c.req.url).origin;
    return isPartial(c) ? page(c, <ShareLink slug={slug} origin={address} />) : c.redirect(`/p/${slug}`, 303);
  });

/** The form has the program and the name, and nothing else of a snippet. */
function shownSnippetErrors({ detail, errors }: Failure): PlaygroundProps["errors"] {
  return (errors ?? []).map(({ path }) => ({ field: path === "name" ? "snippet" : "", message: detail }));
}

/** The playground's page may hold a frame: the preview. */
export function playgroundPage(
  c: Context<SignedInEnv>,
  props: Omit<PlaygroundProps, "examples" | "allowance">,
  status = 200,
): Response | Promise<Response> {
  c.header("content-security-policy", POLICY_WITH_FRAMES);
  const { allowance } = c.var.dependencies.config;
  const body = <PlaygroundPage shell={signedInShell(c)} examples={EXAMPLE_MENU} allowance={allowance} {...props} />;
  return page(c, body, status);
}

/** Nothing is run here: the page is kept for a moment under an address that nobody can guess, for the frame to load. */
async function startPreview(c: Context<SignedInEnv>, { entry, files }: PreviewFiles) {
  const { db, clock, random } = c.var.dependencies;
  const secret = newSecret(PREVIEW_SECRET_BYTES, random);
  const createdAt = clock.now();
  await insertPreview(db, {
    secretHash: await sha256Hex(secret),
    userId: c.var.principal.userId,
    createdAt,
    expiresAt: createdAt + PREVIEW_BOUNDS.lifetimeMs,
    entry,
    files,
  });
  if (!isPartial(c)) return c.redirect(`/playground/previews/${secret}`, 303);
  return page(c, <PreviewPanel secret={secret} entry={entry} />);
}

/** The form again, with what was typed in it and what is wrong with it. */
function refuse(c: Context<SignedInEnv>, form: FormData, errors: PlaygroundProps["errors"]) {
  if (isPartial(c)) return page(c, <PlaygroundErrors errors={errors} />, 422);
  const text = (name: string) => String(form.get(name) ?? "");
  const blank = blankPlayground(readFormMode(form));
  const values: PlaygroundProps["values"] = {
    ...blank,
    files: { [blank.entry]: text("code") },
    stdin: text("stdin"),
    args: text("args") === "" ? [] : text("args").split(/\r?\n/),
    limits: {
      timeoutMs: text("timeoutMs"),
      memoryBytes: text("memoryBytes"),
      fuel: text("fuel"),
      outputBytes: text("outputBytes"),
    },
    grants: readGrants(form),
  };
  const origin = readFormOrigin(form);
  const forkedFrom = origin ? writeOrigin(origin) : null;
  return playgroundPage(
    c,
    { values, errors, isBlank: false, title: null, origin: null, forkedFrom, snippet: text("snippet"), forkHref: null },
    422,
  );
}
