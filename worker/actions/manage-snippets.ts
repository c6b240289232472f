/** Saves, changes, runs and deletes snippets: for the API and the console alike. */
import type { Dependencies } from "../dependencies.ts";
import { actorOf } from "../domain/audit.ts";
import { fail, type Result, succeed } from "../domain/errors.ts";
import type { Grants } from "../domain/grants.ts";
import type { Principal } from "../domain/principal.ts";
import type { RunDetail } from "../domain/run.ts";
import {
  newSnippetSchema,
  readDraft,
  SNIPPET_BOUNDS,
  type SnippetDraft,
  type SnippetRunRequest,
  type SnippetVersion,
  snippetChangeSchema,
} from "../domain/snippet.ts";
import { check } from "../domain/validation.ts";
import { noSnippet, prepareSnippetRun, unknownCapabilities } from "../snippets/snippet-run.ts";
import {
  deleteSnippet,
  findSnippet,
  insertSnippet,
  insertVersion,
  loadVersion,
  noteSnippetRun,
} from "../store/snippets.ts";
import { record } from "./audit-trail.ts";
import { type StartRunRequest, startRun } from "./start-run.ts";

/** @param value as {@link newSnippetSchema} takes it */
export async function createSnippet(
  dependencies: Dependencies,
  principal: Principal,
  value: unknown,
): Promise<Result<SnippetVersion>> {
  const asked = check(value, newSnippetSchema);
  if (!asked.ok) return asked;
  const { name, ...sent } = asked.value;
  const draft = checkDraft(readDraft(sent));
  if (!draft.ok) return draft;
  const made = await insertSnippet(dependencies.db, savingOf(dependencies, principal, name, draft.value));
  if (made === "full") {
    return fail("too-many-snippets", `There are ${SNIPPET_BOUNDS.perWorkspace}. Delete one that is not needed.`);
  }
  if (made === "exists") {
    const message = `"${name}" is taken: save a new version of that one, or take another name`;
    return fail("snippet-exists", message, [{ path: "name", message }]);
  }
  await record(dependencies, actorOf(principal), "snippet.added", name, {});
  return succeed((await loadVersion(dependencies.db, principal.workspaceId, name, 1))!);
}

/** Saves the next version. What is the same as the newest one changes nothing, and answers that one. */
export async function changeSnippet(
  dependencies: Dependencies,
  principal: Principal,
  name: string,
  value: unknown,
): Promise<Result<SnippetVersion>> {
  const { db } = dependencies;
  const { workspaceId } = principal;
  const newest = await loadVersion(db, workspaceId, name, null);
  if (!newest) return noSnippet(name);
  const asked = check(value, snippetChangeSchema);
  if (!asked.ok) return asked;
  const draft = checkDraft(readDraft(asked.value));
  if (!draft.ok) return draft;
  if (isSame(draft.value, newest)) return succeed(newest);
  const version = await insertVersion(db, savingOf(dependencies, principal, name, draft.value));
  if (version === null) {
    return fail("too-many-snippets", `"${name}" has ${SNIPPET_BOUNDS.versions} versions, or was deleted meanwhile.`);
  }
  await record(dependencies, actorOf(principal), "snippet.changed", name, { version: String(version) });
  return succeed((await loadVersion(db, workspaceId, name, version))!);
}

/**
 * Saves a program under a name: as a new snippet, or as the next version of the one that there is, whose parameters and
 * manifest it keeps.
 */
export async function saveProgram(
  dependencies: Dependencies,
  principal: Principal,
  name: string,
  {
    program,
    limits,
    grants: { fetch, model = false },
  }: Pick<StartRunRequest, "program" | "limits"> & { grants: Grants },
): Promise<Result<SnippetVersion>> {
  const newest = await loadVersion(dependencies.db, principal.workspaceId, name, null);
  const { language, entry, files } = program;
  const sent = { language, entry, files, limits, note: "Saved from the playground" };
  if (!newest) return createSnippet(dependencies, principal, { ...sent, name, manifest: { fetch, model } });
  const { description, parameters, manifest } = newest;
  const kept = { description, parameters, manifest: { ...manifest, fetch, model } };
  return changeSnippet(dependencies, principal, name, { ...sent, ...kept });
}

/** Makes an earlier version the newest one: as a new version, so that the history stays what it is. */
export async function restoreSnippet(
  dependencies: Dependencies,
  principal: Principal,
  name: string,
  version: number,
): Promise<Result<SnippetVersion>> {
  const earlier = await loadVersion(dependencies.db, principal.workspaceId, name, version);
  if (!earlier) return noSnippet(name, version);
  const { description, language, entry, files, limits, parameters, manifest } = earlier;
  const content = { description, language, entry, files, limits, parameters, manifest };
  return changeSnippet(dependencies, principal, name, { ...content, note: `Version ${version} restored` });
}

function checkDraft(draft: Result<SnippetDraft>): Result<SnippetDraft> {
  if (!draft.ok) return draft;
  const unknown = unknownCapabilities(draft.value.content.manifest);
  if (unknown.length === 0) return draft;
  const message = `${unknown.map((pattern) => `"${pattern}"`).join(", ")}: no capability has this name`;
  return fail("invalid-request", `manifest.capabilities: ${message}`, [{ path: "manifest.capabilities", message }]);
}

function isSame({ content }: SnippetDraft, newest: SnippetVersion): boolean {
  const { version, note, createdBy, createdAt, name, ...kept } = newest;
  const sorted = (value: object) => JSON.stringify(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return sorted(content) === sorted(kept);
}

function savingOf({ clock }: Dependencies, principal: Principal, name: string, draft: SnippetDraft) {
  const { workspaceId, userId: createdBy } = principal;
  return { ...draft, workspaceId, name, createdBy, now: clock.now() };
}

/** `confirmation` is the name, typed once more. Its schedules go with it; its runs stay listed. */
export async function removeSnippet(
  dependencies: Dependencies,
  principal: Principal,
  name: string,
  confirmation: string,
): Promise<Result<null>> {
  const { db, scheduler } = dependencies;
  const { workspaceId } = principal;
  if (confirmation !== name) {
    const message = `must be the snippet's name, "${name}"`;
    return fail("invalid-request", `confirm: ${message}`, [{ path: "confirm", message }]);
  }
  if (!(await findSnippet(db, workspaceId, name))) return noSnippet(name);
  await scheduler(workspaceId).forget(name);
  if (!(await deleteSnippet(db, workspaceId, name))) return noSnippet(name);
  await record(dependencies, actorOf(principal), "snippet.deleted", name, {});
  return succeed(null);
}

/** Starts a run of a version. It has the lane, the limits and the rights of whoever starts it. */
export async function runSnippet(
  dependencies: Dependencies,
  principal: Principal,
  name: string,
  { idempotencyKey, ...request }: SnippetRunRequest & { readonly idempotencyKey?: string | undefined },
): Promise<Result<RunDetail>> {
  const { db, clock } = dependencies;
  const prepared = await prepareSnippetRun(db, principal.workspaceId, name, request);
  if (!prepared.ok) return prepared;
  const { parameters, ...run } = prepared.value;
  const started = await startRun(dependencies, principal, {
    ...run,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });
  if (!started.ok) return started;
  await noteSnippetRun(db, principal.workspaceId, name, { id: started.value.id, at: clock.now() });
  return started;
}
