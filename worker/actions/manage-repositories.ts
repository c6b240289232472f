/** Creates, changes, deletes and imports repositories. Whatever changes, the inbox hears of it. */
import type { Dependencies } from "../dependencies.ts";
import { actorOf } from "../domain/audit.ts";
import { fail, type Result, succeed } from "../domain/errors.ts";
import type { Principal } from "../domain/principal.ts";
import { type ImportPlan, planImport, REPOS_FILE_VERSION, readReposFile } from "../domain/repos-file.ts";
import { type Repository, repositorySchema } from "../domain/repository.ts";
import { check } from "../domain/validation.ts";
import { deleteRepository, isDuplicateRemote, listRepositories, saveRepositories } from "../store/repositories.ts";
import { record } from "./audit-trail.ts";

export async function createRepository(
  dependencies: Dependencies,
  principal: Principal,
  value: unknown,
): Promise<Result<Repository>> {
  const { workspaceId } = principal;
  const repository = check(value, repositorySchema);
  if (!repository.ok) return repository;
  const existing = await listRepositories(dependencies.db, workspaceId);
  if (existing.some(({ key }) => key === repository.value.key)) {
    return fail(
      "repository-exists",
      `There is a repository "${repository.value.key}" already. Change that one, or take another key.`,
    );
  }
  const saved = await saveOne(dependencies, workspaceId, repository.value, existing);
  if (saved.ok) await record(dependencies, actorOf(principal), "repository.added", saved.value.key, {});
  return saved;
}

/** Replaces a repository's settings. Its key is its identity: runs, lanes and addresses are named by it. */
export async function changeRepository(
  dependencies: Dependencies,
  principal: Principal,
  key: string,
  value: unknown,
): Promise<Result<Repository>> {
  const { workspaceId } = principal;
  const existing = await listRepositories(dependencies.db, workspaceId);
  if (!existing.some((repository) => repository.key === key)) return noRepository(key);
  const repository = check(value, repositorySchema);
  if (!repository.ok) return repository;
  if (repository.value.key !== key) {
    const message = `must stay "${key}": lanes, runs and addresses are named by it`;
    return fail("invalid-request", `key: ${message}`, [{ path: "key", message }]);
  }
  const saved = await saveOne(dependencies, workspaceId, repository.value, existing);
  if (saved.ok) await record(dependencies, actorOf(principal), "repository.changed", key, {});
  return saved;
}

export function noRepository(key: string) {
  return fail("not-found", `There is no repository "${key}" in your workspace.`);
}

/** What is wrong between this repository and the others is what would be wrong in a file with it alone. */
async function saveOne(
  dependencies: Dependencies,
  workspaceId: string,
  repository: Repository,
  existing: readonly Repository[],
): Promise<Result<Repository>> {
  const plan = planImport({ version: REPOS_FILE_VERSION, repositories: [repository] }, existing);
  if (!plan.ok) {
    const errors = plan.errors?.map(({ path, message }) => ({
      path: path.replace(/^repositories\.0\.?/, ""),
      message,
    }));
    const detail = errors?.map(({ path, message }) => `${path}: ${message}`).join("; ") ?? plan.detail;
    return fail(plan.code, detail, errors);
  }
  const saved = await save(dependencies, workspaceId, plan.value);
  return saved.ok ? succeed(repository) : saved;
}

/** Plans the import of a file, and carries it out unless it is a dry run. Whole, or not at all. */
export async function importRepositories(
  dependencies: Dependencies,
  principal: Principal,
  text: string,
  isDryRun: boolean,
): Promise<Result<ImportPlan>> {
  const { workspaceId } = principal;
  const plan = readReposFile(text, await listRepositories(dependencies.db, workspaceId));
  if (!plan.ok || isDryRun) return plan;
  const saved = await save(dependencies, workspaceId, plan.value);
  if (!saved.ok) return saved;
  const changed = saved.value.changes.filter(({ kind }) => kind !== "keep").length;
  await record(dependencies, actorOf(principal), "repositories.imported", "", { changed: String(changed) });
  return saved;
}

async function save(dependencies: Dependencies, workspaceId: string, plan: ImportPlan): Promise<Result<ImportPlan>> {
  const { db, clock } = dependencies;
  try {
    await saveRepositories(db, workspaceId, plan.repositories, clock.now());
  } catch (error) {
    if (!isDuplicateRemote(error)) throw error;
    return fail(
      "repository-exists",
      "Somebody added a repository with the same git address meanwhile. Nothing was changed.",
    );
  }
  await dependencies.inbox(workspaceId).repositoriesChanged();
  return succeed(plan);
}

/** `confirmation` is the key, typed once more. */
export async function removeRepository(
  dependencies: Dependencies,
  principal: Principal,
  key: string,
  confirmation: string,
): Promise<Result<null>> {
  const { workspaceId } = principal;
  if (confirmation !== key) {
    const message = `must be the repository's key, "${key}"`;
    return fail("invalid-request", `confirm: ${message}`, [{ path: "confirm", message }]);
  }
  if (!(await deleteRepository(dependencies.db, workspaceId, key))) return noRepository(key);
  // Its own endpoints went with it.
  dependencies.knownEndpoints.forgetAll();
  await dependencies.inbox(workspaceId).repositoriesChanged();
  await record(dependencies, actorOf(principal), "repository.deleted", key, {});
  return succeed(null);
}
