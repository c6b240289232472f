/** `/settings/audit`: the audit log with filters in the URL, its exports, and the button that verifies it. */
import { type Context, Hono } from "hono";
import { verifyAuditTrail } from "../../actions/audit-trail.ts";
import type { AuditVerification } from "../../domain/audit.ts";
import { ERRORS } from "../../domain/errors.ts";
import { MEMBERS_MAX } from "../../domain/membership.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { listMembers } from "../../store/memberships.ts";
import { AuditPage } from "../../views/audit.tsx";
import { auditPage, exportAudit } from "../audit-answer.ts";
import { shownErrors } from "./form.ts";
import { failurePage, page, signedInShell } from "./page.tsx";

type AuditContext = Context<SignedInEnv>;

const NO_FILTER = { actor: "", kind: "", from: "", to: "" } as const;

export const auditPages = new Hono<SignedInEnv>()
  .get("/", (c) => showAudit(c, null))
  .post("/verifications", async (c) =>
    showAudit(c, await verifyAuditTrail(c.var.dependencies, c.var.principal.workspaceId, null)),
  )
  .get("/export.csv", (c) => download(c, "csv"))
  .get("/export.json", (c) => download(c, "json"));

async function showAudit(c: AuditContext, verification: AuditVerification | null) {
  const { dependencies, principal } = c.var;
  const query = c.req.query();
  const [found, members] = await Promise.all([
    auditPage(dependencies, principal.workspaceId, query),
    listMembers(dependencies.db, principal.workspaceId, MEMBERS_MAX),
  ]);
  if (!found.ok && found.code === "bad-cursor") return failurePage(c, found);
  const shown = found.ok
    ? { ...found.value, errors: [] }
    : {
        ...{ entries: [], cursor: null, nextCursor: null, errors: shownErrors(found) },
        filter: { ...NO_FILTER, ...query },
      };
  const people = members.map(({ userId, name }) => ({ id: userId, name }));
  const status = found.ok ? 200 : ERRORS[found.code].status;
  return page(c, <AuditPage shell={signedInShell(c)} {...shown} people={people} verification={verification} />, status);
}

function download(c: AuditContext, format: "csv" | "json") {
  const answer = exportAudit(c.var.dependencies, c.var.principal.workspaceId, c.req.query(), format);
  return answer instanceof Response ? answer : failurePage(c, answer);
}
