/**
 * What the playground opens with: nothing, an example, an earlier run, a shared program or a copy of one. Owns who may
 * open what: a run takes its workspace, a share its link.
 */
import type { Context } from "hono";
import { fail, type Result, succeed } from "../../domain/errors.ts";
import { type Grants, NO_GRANTS } from "../../domain/grants.ts";
import { type Origin, readOrigin, writeOrigin } from "../../domain/origin.ts";
import type { EditedProgram } from "../../domain/playground-modes.ts";
import { DEFAULT_LIMITS, type Limits } from "../../domain/program.ts";
import { titleOf } from "../../domain/run-spec.ts";
import { withoutSnippets } from "../../domain/snippet-imports.ts";
import { EXAMPLES, type Example } from "../../generated/examples.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { noSnippet } from "../../snippets/snippet-run.ts";
import { findRunTitle, loadProgram } from "../../store/runs.ts";
import { loadShare } from "../../store/shares.ts";
import { loadVersion } from "../../store/snippets.ts";
import type { PlaygroundProps, ShownOrigin } from "../../views/playground.tsx";
import { blankPlayground } from "../../views/playground-values.ts";

export type OpenedProgram = Pick<
  PlaygroundProps,
  "values" | "isBlank" | "title" | "origin" | "forkedFrom" | "snippet" | "forkHref"
>;

/** A program without limits and grants of its own: whoever opens a share decides what it may reach. */
const PLAIN = { limits: {}, grants: NO_GRANTS } as const;

export const EXAMPLE_MENU = EXAMPLES.map(({ slug, title, description }) => ({ slug, title, description }));

/** By the query of the playground's address. An example that is not there is a fresh page. */
export async function openProgram(
  c: Context<SignedInEnv>,
  query: Readonly<Record<string, string>>,
): Promise<Result<OpenedProgram>> {
  if (query["run"] !== undefined) return openRun(c, query["run"]);
  if (query["share"] !== undefined) return forkShare(c, query["share"]);
  if (query["snippet"] !== undefined) return openSnippet(c, query["snippet"]);
  const example = EXAMPLES.find(({ slug }) => slug === query["example"]);
  if (!example) return opened(blankPlayground("typescript"), { isBlank: true });
  return opened({ ...example, files: await loadFiles(c, example), ...PLAIN }, { title: example.title });
}

/** A copy of its newest version. Without parameters: those belong to runs of the snippet. */
async function openSnippet(c: Context<SignedInEnv>, name: string): Promise<Result<OpenedProgram>> {
  const { dependencies, principal } = c.var;
  const snippet = await loadVersion(dependencies.db, principal.workspaceId, name, null);
  if (!snippet) return noSnippet(name);
  const { language, entry, files, limits, manifest } = snippet;
  const grants = stillAllowed({ fetch: manifest.fetch, model: manifest.model }, dependencies.config.allowance);
  const program = { language, entry, files, stdin: "", args: [] };
  return opened({ ...program, limits: changedLimits(limits), grants }, { title: name, snippet: name });
}

/** The page of a link: the program as it was shared, and a way to an own copy. */
export async function openShare(c: Context<SignedInEnv>, slug: string): Promise<Result<OpenedProgram>> {
  const share = await loadShare(c.var.dependencies.db, slug);
  if (!share) return fail("not-found", "There is no shared program at this link.");
  const from = readOrigin(share.forkedFrom);
  const rest = {
    title: titleOf(share.program),
    origin: from ? await describeOrigin(c, from) : null,
    forkedFrom: writeOrigin({ kind: "share", slug }),
    forkHref: `/playground?share=${slug}`,
  };
  return opened({ ...share.program, ...PLAIN }, rest);
}

async function forkShare(c: Context<SignedInEnv>, slug: string): Promise<Result<OpenedProgram>> {
  const share = await loadShare(c.var.dependencies.db, slug);
  if (!share) return fail("not-found", "There is no shared program at this link.");
  return opened({ ...share.program, ...PLAIN }, forkOf({ kind: "share", slug }, shownShare(slug, share.program)));
}

async function openRun(c: Context<SignedInEnv>, runId: string): Promise<Result<OpenedProgram>> {
  const { db, executor, config } = c.var.dependencies;
  const run = await findRunTitle(db, c.var.principal.workspaceId, runId);
  const program = run ? await loadProgram(db, runId) : null;
  const detail = run ? await executor(runId).describe() : null;
  if (!run?.limits || !program || !detail) return fail("not-found", "There is no run with this id in your workspace.");
  const fork = forkOf({ kind: "run", id: runId }, shownRun(runId, run.title));
  const grants = stillAllowed(detail.grants ?? NO_GRANTS, config.allowance);
  return opened({ ...withoutSnippets(program), limits: changedLimits(run.limits), grants }, fork);
}

/** What a run was granted, as far as the operator still allows it. */
function stillAllowed(grants: Grants, allowance: Grants): Grants {
  return { ...grants, fetch: grants.fetch.filter((origin) => allowance.fetch.includes(origin)) };
}

const forkOf = (from: Origin, origin: ShownOrigin) => ({ origin, forkedFrom: writeOrigin(from) });

function opened(
  values: PlaygroundProps["values"],
  rest: Partial<Omit<OpenedProgram, "values">>,
): Result<OpenedProgram> {
  const plain = { isBlank: false, title: null, origin: null, forkedFrom: null, snippet: "", forkHref: null };
  return succeed({ values, ...plain, ...rest });
}

/** Whether the person could have opened it: a form may name anything. */
export async function originExists(c: Context<SignedInEnv>, origin: Origin): Promise<boolean> {
  const { db } = c.var.dependencies;
  return origin.kind === "share"
    ? (await loadShare(db, origin.slug)) !== null
    : (await findRunTitle(db, c.var.principal.workspaceId, origin.id)) !== null;
}

/** A run of another workspace stays unnamed; that there was one is all that the link's holder learns. */
async function describeOrigin(c: Context<SignedInEnv>, origin: Origin): Promise<ShownOrigin | null> {
  const { db } = c.var.dependencies;
  if (origin.kind === "share") {
    const share = await loadShare(db, origin.slug);
    return share ? shownShare(origin.slug, share.program) : null;
  }
  const run = await findRunTitle(db, c.var.principal.workspaceId, origin.id);
  return run ? shownRun(origin.id, run.title) : { title: "a run", href: null };
}

function shownShare(slug: string, program: EditedProgram): ShownOrigin {
  return { title: titleOf(program), href: `/p/${slug}` };
}

function shownRun(id: string, title: string): ShownOrigin {
  return { title, href: `/runs/${id}` };
}

/** Only what differs from the defaults: the form opens its limits for nothing else. */
function changedLimits(limits: Limits): PlaygroundProps["values"]["limits"] {
  const names = Object.keys(DEFAULT_LIMITS) as (keyof Limits)[];
  const changed = names.filter((name) => limits[name] !== DEFAULT_LIMITS[name]);
  return Object.fromEntries(changed.map((name) => [name, String(limits[name])]));
}

/** Large data files of an example lie among the assets, not in the Worker. */
async function loadFiles(c: Context<SignedInEnv>, example: Example): Promise<Record<string, string>> {
  const { assets } = c.var.dependencies;
  const loaded = Object.entries(example.files).map(async ([name, file]) => {
    if (typeof file === "string") return [name, file] as const;
    const answer = await assets.fetch(new URL(file.asset, c.req.url));
    if (!answer.ok) throw new Error(`the example's file ${name} is not among the assets: status ${answer.status}`);
    return [name, await answer.text()] as const;
  });
  return Object.fromEntries(await Promise.all(loaded));
}
