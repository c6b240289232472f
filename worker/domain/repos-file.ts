/**
 * `repos.json`: all repositories of a workspace in one file, without any secret. An import is checked whole: every
 * problem is found, with its path, also what is only wrong between two rows. It creates and changes; it never deletes.
 */
import * as z from "zod";
import { type FieldError, fail, type Result, succeed } from "./errors.ts";
import { REPOSITORIES_MAX, type Repository, remoteOf, repositorySchema } from "./repository.ts";
import { check } from "./validation.ts";

export const REPOS_FILE_VERSION = 1;

export const reposFileSchema = z.strictObject({
  version: z.literal(REPOS_FILE_VERSION, `must be ${REPOS_FILE_VERSION}`),
  repositories: z
    .array(repositorySchema, "must be a list of repositories")
    .max(REPOSITORIES_MAX, `must have at most ${REPOSITORIES_MAX} entries`),
});
export type ReposFile = z.output<typeof reposFileSchema>;

export const repositoryChangeSchema = z.strictObject({
  key: z.string(),
  kind: z.enum(["create", "change", "keep"]),
  /** Fields that become different, by their path; empty for a new repository. */
  fields: z.array(z.strictObject({ path: z.string(), before: z.json(), after: z.json() })),
});
export type RepositoryChange = z.output<typeof repositoryChangeSchema>;

export interface ImportPlan {
  /** In the order of the file. */
  readonly repositories: readonly Repository[];
  readonly changes: readonly RepositoryChange[];
}

export function exportReposFile(repositories: readonly Repository[]): ReposFile {
  return { version: REPOS_FILE_VERSION, repositories: [...repositories] };
}

/** Reads the text of a file and plans its import. */
export function readReposFile(text: string, existing: readonly Repository[]): Result<ImportPlan> {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    return fail("malformed-json", `The file could not be read as JSON: ${(error as Error).message}`);
  }
  return planImport(value, existing);
}

/** What importing `value` would change. Fails with every problem of the file at once. */
export function planImport(value: unknown, existing: readonly Repository[]): Result<ImportPlan> {
  const checked = check(value, reposFileSchema);
  const errors = [...(checked.ok ? [] : (checked.errors ?? [])), ...rowConflicts(value, existing)];
  if (!checked.ok || errors.length > 0) {
    return fail("invalid-request", errors.map(({ path, message }) => `${path}: ${message}`).join("; "), errors);
  }
  const known = new Map(existing.map((repository) => [repository.key, repository]));
  const { repositories } = checked.value;
  const added = repositories.filter(({ key }) => !known.has(key)).length;
  if (existing.length + added > REPOSITORIES_MAX) {
    return fail(
      "invalid-request",
      `A workspace holds at most ${REPOSITORIES_MAX} repositories; there are ${existing.length} already.`,
    );
  }
  return succeed({ repositories, changes: repositories.map((after) => changeOf(known.get(after.key), after)) });
}

/** What is wrong between rows. It looks at raw rows, so that a row with other faults is compared all the same. */
function rowConflicts(value: unknown, existing: readonly Repository[]): FieldError[] {
  const rows = (value as { repositories?: unknown } | null)?.repositories;
  if (!Array.isArray(rows)) return [];
  const texts = rows.map((row: { key?: unknown; gitUrl?: unknown } | null) => ({
    key: typeof row?.key === "string" ? row.key : null,
    remote: typeof row?.gitUrl === "string" ? remoteOf(row.gitUrl.trim()) : null,
  }));
  const keys = new Map<string, string>();
  const inFile = new Set(texts.map(({ key }) => key));
  const remotes = new Map(
    existing
      .filter(({ key }) => !inFile.has(key))
      .map(({ key, gitUrl }) => [remoteOf(gitUrl), `the repository ${key}`]),
  );
  return texts.flatMap(({ key, remote }, index) => {
    const errors: FieldError[] = [];
    const own = `repositories.${index}`;
    const sameKey = key === null ? undefined : keys.get(key);
    if (sameKey) errors.push({ path: `${own}.key`, message: `is the same as that of ${sameKey}` });
    else if (key !== null) keys.set(key, own);
    const sameRemote = remote === null ? undefined : remotes.get(remote);
    if (sameRemote) errors.push({ path: `${own}.gitUrl`, message: `is the same repository as that of ${sameRemote}` });
    else if (remote !== null) remotes.set(remote, own);
    return errors;
  });
}

function changeOf(before: Repository | undefined, after: Repository): RepositoryChange {
  if (!before) return { key: after.key, kind: "create", fields: [] };
  const fields = differences(before, after, "");
  return { key: after.key, kind: fields.length > 0 ? "change" : "keep", fields };
}

type Json = z.output<ReturnType<typeof z.json>>;

/** Leaves that differ, by their path; a list is a leaf. */
function differences(before: object, after: object, prefix: string): RepositoryChange["fields"] {
  const left = before as Record<string, Json | undefined>;
  const right = after as Record<string, Json | undefined>;
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((name) => {
    const [old, next] = [left[name] ?? null, right[name] ?? null];
    if (isRecord(old) && isRecord(next)) return differences(old, next, `${prefix}${name}.`);
    return JSON.stringify(old) === JSON.stringify(next) ? [] : [{ path: prefix + name, before: old, after: next }];
  });
}

function isRecord(value: Json): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
