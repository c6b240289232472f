/**
 * Who may use which route: one row for each, by its method and its pattern as it is mounted. A route without a row is
 * refused by {@link authorize} and fails a test; so does a row without a route.
 */
import { type Access, type Authority, type Role, refusalOf, type Scope } from "../domain/access.ts";

const needs = (role: Role, scope: Scope | null): Access => ({ role, scope });

/** Read by whoever is in the workspace, and by a token that was made for it. */
const SEES_RUNS = needs("viewer", "runs:read");
const SEES_SETTINGS = needs("viewer", "settings:read");
const SEES_METRICS = needs("viewer", "metrics:read");
const RUNS = needs("member", "runs:write");
/** Names and addresses of everybody are for those who answer for them. */
const SEES_AUDIT = needs("admin", "settings:read");
const SEES_ITEMS = needs("viewer", "items:read");
const CHANGES_ITEMS = needs("member", "items:write");
const RUNS_CODE = needs("member", "code:run");
const USES_TOOLS = needs("member", "items:read");
const CALLS_MODELS = needs("member", "models:call");
const CONFIGURES = needs("admin", "settings:write");
/** Pages are for people: a token has the API. */
const READER = needs("viewer", null);
const RUNNER = needs("member", null);
const ADMIN = needs("admin", null);
const OWNER = needs("owner", null);
/** One's own session, tokens and memberships: everybody has those. */
const SELF = needs("viewer", null);

const API = {
  "GET /healthz": "open",
  "GET /openapi.json": "open",
  "GET /status": "open",
  "POST /webhook/github": "open",
  "POST /webhook/github/:endpoint": "open",
  "POST /webhook/jira": "open",
  "POST /webhook/jira/:endpoint": "open",
  "GET /metrics": SEES_METRICS,
  // Each call is a run. What tools there are depends on the token's other scopes.
  "GET /mcp": USES_TOOLS,
  "POST /mcp": USES_TOOLS,
  "GET /api/health/detailed": SEES_METRICS,
  "GET /api/status": SEES_RUNS,
  "GET /api/metrics/summary": SEES_RUNS,
  "GET /api/queue/stats": SEES_RUNS,
  "POST /v1/chat/completions": CALLS_MODELS,
  "GET /v1/models": CALLS_MODELS,
  "GET /v1/models/:model{.+}": CALLS_MODELS,
  "POST /api/execute": RUNS,
  // What the program may call asks for scopes of its own.
  "POST /api/code/execute": RUNS_CODE,
  "GET /api/runs": SEES_RUNS,
  "GET /api/runs/:id": SEES_RUNS,
  "GET /api/runs/:id/log.txt": SEES_RUNS,
  "GET /api/runs/:id/stream": SEES_RUNS,
  "POST /api/runs/:id/cancel": RUNS,
  "POST /api/runs/:id/retry": RUNS,
  "POST /api/runs/:id/replay": RUNS,
  "POST /api/runs/:id/hold": RUNS,
  "POST /api/runs/:id/unhold": RUNS,
  "POST /api/runs/:id/move": RUNS,
  "POST /api/runs/:id/priority": RUNS,
  "GET /api/runs/:id/effects": SEES_ITEMS,
  "POST /api/runs/:id/effects/decisions": CHANGES_ITEMS,
  "POST /api/runs/:id/effects/apply": CHANGES_ITEMS,
  "POST /api/runs/:id/effects/undo": CHANGES_ITEMS,
  "GET /api/runs/:id/calls": SEES_RUNS,
  "POST /api/runs/:id/fork": RUNS,
  "POST /api/runs/cancel": RUNS,
  "POST /api/runs/retry": RUNS,
  "GET /api/lanes": SEES_RUNS,
  "GET /api/lanes/:lane": SEES_RUNS,
  "POST /api/lanes/:lane/pause": RUNS,
  "POST /api/lanes/:lane/resume": RUNS,
  "POST /api/rebuild": CONFIGURES,
  "GET /api/webhooks": SEES_SETTINGS,
  "POST /api/webhooks": CONFIGURES,
  "GET /api/webhooks/:id": SEES_SETTINGS,
  "PATCH /api/webhooks/:id": CONFIGURES,
  "DELETE /api/webhooks/:id": CONFIGURES,
  "POST /api/webhooks/:id/rotate-secret": CONFIGURES,
  "POST /api/webhooks/:id/test": CONFIGURES,
  "GET /api/webhooks/:id/messages": SEES_SETTINGS,
  "GET /api/webhooks/:id/messages/:messageId": SEES_SETTINGS,
  "POST /api/webhooks/:id/messages/:messageId/resend": CONFIGURES,
  "GET /api/workspace/api-keys": SEES_SETTINGS,
  "POST /api/workspace/api-keys": CONFIGURES,
  "POST /api/workspace/api-keys/test": CONFIGURES,
  "GET /api/workspace/api-keys/:id": SEES_SETTINGS,
  "PATCH /api/workspace/api-keys/:id": CONFIGURES,
  "DELETE /api/workspace/api-keys/:id": CONFIGURES,
  "POST /api/workspace/api-keys/:id/rotate": CONFIGURES,
  "POST /api/workspace/api-keys/:id/test": CONFIGURES,
  "POST /api/workspace/api-keys/:id/choose": CONFIGURES,
  "GET /api/executions": SEES_RUNS,
  "GET /api/executions/:id": SEES_RUNS,
  // A raised budget takes an admin, whatever the route.
  "POST /api/runs/:id/budget-decision": RUNS,
  "GET /api/budgets": SEES_SETTINGS,
  "PUT /api/budgets": CONFIGURES,
  "DELETE /api/budgets/:budget": CONFIGURES,
  "POST /api/budgets/calls/:call/settlement": CONFIGURES,
  "GET /api/items": SEES_ITEMS,
  "POST /api/items": CHANGES_ITEMS,
  "GET /api/items/:id": SEES_ITEMS,
  "PATCH /api/items/:id": CHANGES_ITEMS,
  "GET /api/items/:id/history": SEES_ITEMS,
  "GET /api/meetings": SEES_RUNS,
  "POST /api/meetings": RUNS,
  "GET /api/meetings/:id": SEES_RUNS,
  "DELETE /api/meetings/:id": RUNS,
  "GET /api/meetings/:id/runs": SEES_RUNS,
  "POST /api/meetings/:id/process": RUNS_CODE,
  "POST /api/meetings/:id/process-v2": RUNS_CODE,
  "PUT /api/runs/:id/feedback": RUNS,
  "GET /api/workspace/meeting-rollout": SEES_SETTINGS,
  "PUT /api/workspace/meeting-rollout": CONFIGURES,
  "GET /api/repositories": SEES_SETTINGS,
  "POST /api/repositories": CONFIGURES,
  "GET /api/repositories/export": SEES_SETTINGS,
  "POST /api/repositories/import": CONFIGURES,
  "GET /api/repositories/:key": SEES_SETTINGS,
  "PUT /api/repositories/:key": CONFIGURES,
  "DELETE /api/repositories/:key": CONFIGURES,
  "GET /api/snippets": SEES_RUNS,
  "POST /api/snippets": RUNS,
  "GET /api/snippets/:name": SEES_RUNS,
  "PUT /api/snippets/:name": RUNS,
  "DELETE /api/snippets/:name": RUNS,
  "GET /api/snippets/:name/versions": SEES_RUNS,
  "POST /api/snippets/:name/run": RUNS,
  "GET /api/snippets/:name/schedules": SEES_RUNS,
  "POST /api/snippets/:name/schedules": RUNS,
  "POST /api/snippets/:name/schedules/:schedule/pause": RUNS,
  "POST /api/snippets/:name/schedules/:schedule/resume": RUNS,
  "DELETE /api/snippets/:name/schedules/:schedule": RUNS,
  "GET /api/inbound-endpoints": SEES_SETTINGS,
  "POST /api/inbound-endpoints": CONFIGURES,
  "DELETE /api/inbound-endpoints/:id": CONFIGURES,
  "POST /api/inbound-endpoints/:id/rotate": CONFIGURES,
  "POST /api/inbound-endpoints/:id/test": CONFIGURES,
  "GET /api/deliveries": SEES_SETTINGS,
  "GET /api/deliveries/:id": SEES_SETTINGS,
  "POST /api/deliveries/:id/reprocess": CONFIGURES,
  "GET /api/audit": SEES_AUDIT,
  "GET /api/audit/verification": SEES_AUDIT,
} as const satisfies Record<string, Access>;

const CONSOLE = {
  "GET /login": "open",
  "POST /login": "open",
  "GET /login/github": "open",
  "GET /login/callback/github": "open",
  "GET /signup": "open",
  "POST /signup": "open",
  "GET /invite/:secret": "open",
  "POST /invite/:secret": SELF,
  "GET /sign-in/:secret": "open",
  "POST /logout": "open",
  // Admitted by the secret in the address; with a session, the owner's alone.
  "GET /previews/:secret{[0-9a-f]+}/:name{.+}": "open",
  "GET /": READER,
  "GET /docs": READER,
  "GET /docs/capabilities": READER,
  "GET /health": SEES_METRICS,
  "GET /queue": READER,
  "POST /queue/lanes/:lane/pause": RUNNER,
  "POST /queue/lanes/:lane/resumption": RUNNER,
  "POST /queue/cancellations": RUNNER,
  "GET /runs": READER,
  "GET /runs/news": READER,
  "GET /runs/:id": READER,
  "GET /runs/:id/program": READER,
  "GET /runs/:id/metrics": READER,
  "GET /runs/:id/calls": READER,
  "GET /runs/:id/forks/new": RUNNER,
  "GET /runs/:id/branches": READER,
  "POST /runs/:id/forks": RUNNER,
  "GET /runs/:id/header": READER,
  "GET /runs/:id/effects": READER,
  "POST /runs/:id/effects": RUNNER,
  "GET /runs/:id/effects/:effect": READER,
  "POST /runs/:id/effects/:effect": RUNNER,
  "POST /runs/:id/effect-undos": RUNNER,
  "POST /runs/:id/cancellation": RUNNER,
  "POST /runs/:id/replays": RUNNER,
  "POST /runs/:id/retries": RUNNER,
  "POST /runs/:id/steering": RUNNER,
  "POST /runs/cancellations": RUNNER,
  "POST /runs/retries": RUNNER,
  "GET /playground": READER,
  "POST /playground/runs": RUNNER,
  "GET /playground/runs/:id/outcome": READER,
  "GET /playground/previews/:secret": READER,
  "GET /playground/history": READER,
  "POST /playground/shares": RUNNER,
  "POST /playground/generations": RUNNER,
  "GET /executions": READER,
  "GET /executions/export": READER,
  "GET /executions/:id": READER,
  "GET /p/:slug": READER,
  "GET /stories": READER,
  "POST /stories": RUNNER,
  "GET /stories/new": RUNNER,
  "GET /stories/blockers": READER,
  "GET /stories/action-items": READER,
  "GET /stories/decisions": READER,
  "GET /stories/:id": READER,
  "POST /stories/:id": RUNNER,
  "GET /meetings": READER,
  "POST /meetings": RUNNER,
  "GET /meetings/new": RUNNER,
  "POST /meetings/samples": RUNNER,
  "GET /meetings/:id": READER,
  "POST /meetings/:id/deletion": RUNNER,
  "GET /meetings/:id/runs": READER,
  "POST /meetings/:id/runs": RUNNER,
  "POST /runs/:id/feedback": RUNNER,
  "GET /meetings/:id/compare": READER,
  "GET /repos": READER,
  "POST /repos": ADMIN,
  "GET /repos/new": ADMIN,
  "GET /repos/export": READER,
  "GET /repos/import": ADMIN,
  "POST /repos/import": ADMIN,
  "GET /repos/:key": READER,
  "POST /repos/:key": ADMIN,
  "POST /repos/:key/deletion": ADMIN,
  "GET /snippets": READER,
  "POST /snippets": RUNNER,
  "GET /snippets/new": RUNNER,
  "GET /snippets/:name": READER,
  "POST /snippets/:name/versions": RUNNER,
  "POST /snippets/:name/restorations": RUNNER,
  "POST /snippets/:name/runs": RUNNER,
  "POST /snippets/:name/schedules": RUNNER,
  "POST /snippets/:name/schedules/:schedule/pause": RUNNER,
  "POST /snippets/:name/schedules/:schedule/resumption": RUNNER,
  "POST /snippets/:name/schedules/:schedule/deletion": RUNNER,
  "POST /snippets/:name/deletion": RUNNER,
  "POST /playground/snippets": RUNNER,
  "GET /inbound-endpoints": READER,
  "POST /inbound-endpoints": ADMIN,
  "POST /inbound-endpoints/:id/secrets": ADMIN,
  "POST /inbound-endpoints/:id/tests": ADMIN,
  "POST /inbound-endpoints/:id/deletion": ADMIN,
  "GET /deliveries": READER,
  "GET /deliveries/:id": READER,
  "POST /deliveries/:id/reprocessings": ADMIN,
  "GET /settings/members": READER,
  "POST /settings/members/:id/role": ADMIN,
  // Oneself, or as an admin somebody else.
  "POST /settings/members/:id/removal": SELF,
  "POST /settings/invitations": ADMIN,
  "POST /settings/invitations/:id/withdrawal": ADMIN,
  "GET /settings/audit": ADMIN,
  "POST /settings/audit/verifications": ADMIN,
  "GET /settings/audit/export.csv": ADMIN,
  "GET /settings/audit/export.json": ADMIN,
  "GET /settings/tokens": SELF,
  "POST /settings/tokens": SELF,
  // One's own, or as an admin anybody's.
  "POST /settings/tokens/:id/revocation": SELF,
  "GET /settings/account": SELF,
  "POST /settings/account/password": SELF,
  "GET /settings/sessions": SELF,
  "POST /settings/sessions/revocations": SELF,
  "POST /settings/sessions/:id/revocation": SELF,
  "GET /settings/workspaces": SELF,
  "POST /settings/workspaces": SELF,
  "POST /settings/workspaces/:id/choice": SELF,
  "POST /settings/workspaces/:id/name": ADMIN,
  "POST /settings/workspaces/:id/deletion": OWNER,
  "GET /settings/keys": READER,
  "POST /settings/keys": ADMIN,
  "POST /settings/keys/tests": ADMIN,
  "POST /settings/keys/fallbacks": ADMIN,
  "GET /settings/keys/:id": READER,
  "POST /settings/keys/:id/changes": ADMIN,
  "POST /settings/keys/:id/prices": ADMIN,
  "POST /settings/keys/:id/rotations": ADMIN,
  "POST /settings/keys/:id/tests": ADMIN,
  "POST /settings/keys/:id/choices": ADMIN,
  "POST /settings/keys/:id/deletion": ADMIN,
  "GET /settings/meetings": READER,
  "POST /settings/meetings": ADMIN,
  "GET /settings/limits": READER,
  "POST /settings/limits": ADMIN,
  "POST /settings/limits/retention": ADMIN,
  "POST /runs/:id/budget-decisions": RUNNER,
  "GET /settings/budgets": READER,
  "POST /settings/budgets": ADMIN,
  "POST /settings/budgets/deletions": ADMIN,
  "POST /settings/budgets/settlements": ADMIN,
  "GET /settings/webhooks": READER,
  "POST /settings/webhooks": ADMIN,
  "GET /settings/webhooks/:id": READER,
  "POST /settings/webhooks/:id/changes": ADMIN,
  "POST /settings/webhooks/:id/enabling": ADMIN,
  "POST /settings/webhooks/:id/disabling": ADMIN,
  "POST /settings/webhooks/:id/secrets": ADMIN,
  "POST /settings/webhooks/:id/tests": ADMIN,
  "POST /settings/webhooks/:id/deletion": ADMIN,
  "GET /settings/webhooks/:id/messages/:messageId": READER,
  "POST /settings/webhooks/:id/messages/:messageId/deliveries": ADMIN,
} as const satisfies Record<string, Access>;

export const ROUTE_ACCESS: Readonly<Record<string, Access>> = { ...API, ...CONSOLE };

/** The name under which a route is declared. A pattern may be mounted with a slash at its end. */
export function routeName(method: string, path: string): string {
  return `${method} ${path.replace(/(.)\/$/, "$1")}`;
}

const PATTERNS = Object.keys(ROUTE_ACCESS).map((name) => ({ name, pattern: new RegExp(`^${patternOf(name)}$`) }));

/** A part with a name is `:name`, or `:name{…}` with what it must look like. */
function patternOf(name: string): string {
  return name.replaceAll(".", "\\.").replace(/:\w+(?:\{(.*?)\})?/g, (_, shape?: string) => shape ?? "[^/]+");
}

/**
 * Whether somebody may use the route that answers at an address, by the same rows that {@link authorize} goes by. Throws
 * where none does: a page that leads there has a mistake.
 * @param address a path, with or without a query
 */
export function mayUse(authority: Authority | null, method: string, address: string): boolean {
  const asked = `${method} ${address.replace(/[?#].*$/s, "")}`;
  const name = asked in ROUTE_ACCESS ? asked : PATTERNS.find(({ pattern }) => pattern.test(asked))?.name;
  if (name === undefined) throw new Error(`No route answers ${asked}`);
  const access = ROUTE_ACCESS[name]!;
  return access === "open" || (authority !== null && refusalOf(authority, access) === null);
}
