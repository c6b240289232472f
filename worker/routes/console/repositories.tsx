/** `/repos`: the list, one repository with its form, and the import and export of `repos.json`. */
import { type Context, Hono } from "hono";
import { toEndpoint } from "../../actions/manage-inbound-endpoints.ts";
import {
  changeRepository,
  createRepository,
  importRepositories,
  noRepository,
  removeRepository,
} from "../../actions/manage-repositories.ts";
import { ERRORS, type Failure } from "../../domain/errors.ts";
import { ENDPOINTS_MAX } from "../../domain/inbound-endpoint.ts";
import { exportReposFile } from "../../domain/repos-file.ts";
import type { Repository } from "../../domain/repository.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { listEndpoints } from "../../store/inbound-endpoints.ts";
import { findRepository, listRepositories } from "../../store/repositories.ts";
import type { FieldError } from "../../views/components/error-summary.tsx";
import { plural } from "../../views/format.ts";
import { ImportPage, RepositoriesPage } from "../../views/repositories.tsx";
import { NewRepositoryPage, RepositoryPage } from "../../views/repository.tsx";
import { NEW_REPOSITORY, type RepositoryValues } from "../../views/repository-values.ts";
import { EXPORT_HEADERS } from "../api/repositories.ts";
import { failurePage, page, signedInShell } from "./page.tsx";
import { formErrors, readValues, settingsOf, valuesOf } from "./repository-form.ts";

type PageContext = Context<SignedInEnv>;

const SHOWN_DELIVERIES = 5;

export const repositoryPages = new Hono<SignedInEnv>()
  .get("/", async (c) => {
    const { dependencies, principal } = c.var;
    const { workspaceId } = principal;
    const [repositories, latest] = await Promise.all([
      listRepositories(dependencies.db, workspaceId),
      dependencies.inbox(workspaceId).latest(),
    ]);
    const props = { repositories, latest, notice: noticeOf(c.req.query()) };
    return page(c, <RepositoriesPage shell={signedInShell(c)} {...props} />);
  })
  .post("/", async (c) => {
    const values = readValues(await c.req.parseBody());
    const created = await createRepository(c.var.dependencies, c.var.principal, settingsOf(values));
    if (created.ok) return c.redirect(`/repos/${created.value.key}?saved`, 303);
    return newPage(c, values, formErrors(created.errors, created.detail), ERRORS[created.code].status);
  })
  .get("/new", (c) => newPage(c, NEW_REPOSITORY, []))
  .get("/export", async (c) => {
    const { dependencies, principal } = c.var;
    const file = exportReposFile(await listRepositories(dependencies.db, principal.workspaceId));
    return c.body(`${JSON.stringify(file, null, 2)}\n`, 200, { ...EXPORT_HEADERS, "content-type": "application/json" });
  })
  .get("/import", (c) => page(c, <ImportPage shell={signedInShell(c)} text="" changes={null} errors={[]} />))
  .post("/import", async (c) => {
    const form = await c.req.parseBody();
    const text = await fileText(form);
    const isConfirmed = form["confirm"] === "yes";
    const { dependencies, principal } = c.var;
    const imported = await importRepositories(dependencies, principal, text, !isConfirmed);
    const shell = signedInShell(c);
    if (!imported.ok) {
      const errors = importErrors(imported);
      return page(
        c,
        <ImportPage shell={shell} text={text} changes={null} errors={errors} />,
        ERRORS[imported.code].status,
      );
    }
    const { changes } = imported.value;
    if (!isConfirmed) return page(c, <ImportPage shell={shell} text={text} changes={changes} errors={[]} />);
    const changed = changes.filter(({ kind }) => kind !== "keep").length;
    return c.redirect(`/repos?imported=${changed}`, 303);
  })
  .get("/:key", async (c) => {
    const found = await findRepository(c.var.dependencies.db, c.var.principal.workspaceId, c.req.param("key"));
    if (!found) return failurePage(c, noRepository(c.req.param("key")));
    return repositoryPage(c, found, valuesOf(found), []);
  })
  .post("/:key", async (c) => {
    const key = c.req.param("key");
    const { dependencies, principal } = c.var;
    const values = readValues(await c.req.parseBody());
    const changed = await changeRepository(dependencies, principal, key, settingsOf(values));
    if (changed.ok) return c.redirect(`/repos/${key}?saved`, 303);
    const found = await findRepository(dependencies.db, principal.workspaceId, key);
    if (!found) return failurePage(c, changed);
    return repositoryPage(c, found, values, formErrors(changed.errors, changed.detail), ERRORS[changed.code].status);
  })
  .post("/:key/deletion", async (c) => {
    const key = c.req.param("key");
    const { confirm } = await c.req.parseBody();
    const confirmation = typeof confirm === "string" ? confirm.trim() : "";
    const removed = await removeRepository(c.var.dependencies, c.var.principal, key, confirmation);
    return removed.ok ? c.redirect(`/repos?deleted=${encodeURIComponent(key)}`, 303) : failurePage(c, removed);
  });

function noticeOf({ imported, deleted }: Record<string, string>): string | null {
  if (deleted !== undefined) return `${deleted} was deleted.`;
  if (imported === undefined) return null;
  return `The file was imported: ${plural(Number(imported) || 0, "repository", "repositories")} changed.`;
}

/** The file that was chosen, else the text that was pasted. */
async function fileText(form: Record<string, unknown>): Promise<string> {
  const { upload, file } = form;
  if (upload instanceof File && upload.size > 0) return upload.text();
  return typeof file === "string" ? file : "";
}

function importErrors({ errors, detail }: Failure): FieldError[] {
  if (!errors || errors.length === 0) return [{ field: "file", message: detail }];
  return errors.map(({ path, message }) => ({ field: "", message: `${path || "The file"}: ${message}` }));
}

function newPage(c: PageContext, values: RepositoryValues, errors: readonly FieldError[], status = 200) {
  return page(c, <NewRepositoryPage shell={signedInShell(c)} values={values} errors={errors} />, status);
}

async function repositoryPage(
  c: PageContext,
  { key, name }: Repository,
  values: RepositoryValues,
  errors: readonly FieldError[],
  status = 200,
) {
  const { db, clock, inbox } = c.var.dependencies;
  const { workspaceId } = c.var.principal;
  const [endpoints, { deliveries }] = await Promise.all([
    listEndpoints(db, workspaceId, clock.now(), ENDPOINTS_MAX),
    inbox(workspaceId).list({ repositoryKey: key }, { before: null, limit: SHOWN_DELIVERIES }),
  ]);
  const serving = endpoints.filter((endpoint) => endpoint.repositoryKey === null || endpoint.repositoryKey === key);
  const props = {
    key,
    title: name,
    values,
    errors,
    endpoints: serving.map(toEndpoint),
    origin: new URL(c.req.url).origin,
    deliveries,
    isSaved: c.req.query("saved") === "",
  };
  return page(c, <RepositoryPage shell={signedInShell(c)} page={props} />, status);
}
