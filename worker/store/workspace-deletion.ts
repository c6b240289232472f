/**
 * Takes a workspace out of D1 with everything that is bound to it, but for its audit log, which outlives what it tells of.
 * Secrets and what opens the workspace go first and at once; its history follows in portions; the workspace itself goes
 * last. Whatever is interrupted in between is done by the same calls again.
 */
import type { Database } from "./database.ts";

/** Runs, meetings, and calls of models, that go at once: with their output far below what one call may take. */
const PORTION = 500;

const run = (db: Database, text: string, workspaceId: string) => {
  const binds = text.match(/\?/g)?.length ?? 0;
  return db.$client.prepare(text).bind(...Array.from({ length: binds }, () => workspaceId));
};

/** What others refer to goes after what refers to it. The rest goes along: ON DELETE CASCADE. */
const SECRETS = [
  "DELETE FROM provider_keys WHERE workspace_id = ?",
  "DELETE FROM workspace_data_keys WHERE workspace_id = ?",
  "DELETE FROM webhook_endpoints WHERE workspace_id = ?",
  "DELETE FROM inbound_endpoints WHERE workspace_id = ?",
  "DELETE FROM invitations WHERE workspace_id = ?",
  "DELETE FROM idempotency_keys WHERE principal_id IN (SELECT id FROM api_tokens WHERE workspace_id = ?)",
  "DELETE FROM idempotency_keys WHERE principal_id >= ? || ':' AND principal_id < ? || ';'",
  "DELETE FROM api_tokens WHERE workspace_id = ?",
];

const SOME_RUNS = `SELECT id FROM runs WHERE workspace_id = ? ORDER BY id LIMIT ${PORTION}`;
const HISTORY = [
  `DELETE FROM run_output WHERE run_id IN (${SOME_RUNS})`,
  `DELETE FROM run_files WHERE run_id IN (${SOME_RUNS})`,
  `DELETE FROM run_inputs WHERE run_id IN (${SOME_RUNS})`,
  `DELETE FROM runs WHERE id IN (${SOME_RUNS})`,
  ...["item_changes", "items"].map(
    (table) =>
      `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE workspace_id = ? ORDER BY id LIMIT ${PORTION})`,
  ),
  `DELETE FROM meetings WHERE id IN (SELECT id FROM meetings WHERE workspace_id = ? ORDER BY id LIMIT ${PORTION})`,
  `DELETE FROM executions WHERE id IN (SELECT id FROM executions WHERE workspace_id = ? ORDER BY id LIMIT ${PORTION})`,
];

/** The last so many of these tell whether any may be left: their tables have rows of their own. */
const UNBOUNDED = 5;

const REST = [
  "DELETE FROM share_files WHERE slug IN (SELECT slug FROM shares WHERE workspace_id = ?)",
  "DELETE FROM shares WHERE workspace_id = ?",
  "DELETE FROM repositories WHERE workspace_id = ?",
  "DELETE FROM snippets WHERE workspace_id = ?",
  "DELETE FROM call_settings WHERE workspace_id = ?",
  "UPDATE sessions SET workspace_id = NULL WHERE workspace_id = ?",
  "DELETE FROM memberships WHERE workspace_id = ?",
  "DELETE FROM workspaces WHERE id = ?",
];

/** All or none of it: what seals its secrets, what signs and proves deliveries, and tokens and invitations. */
export async function deleteWorkspaceSecrets(db: Database, workspaceId: string): Promise<void> {
  await db.$client.batch(SECRETS.map((text) => run(db, text, workspaceId)));
}

/** A portion of its runs, items, meetings and calls of models. Answers whether any may be left. */
export async function deleteWorkspaceHistory(db: Database, workspaceId: string): Promise<boolean> {
  const answers = await db.$client.batch(HISTORY.map((text) => run(db, text, workspaceId)));
  return answers.slice(-UNBOUNDED).some(({ meta }) => meta.changes >= PORTION);
}

/** The workspace, when its history is gone. Sessions that were in it are in their person's first one from then on. */
export async function deleteWorkspace(db: Database, workspaceId: string): Promise<void> {
  await db.$client.batch(REST.map((text) => run(db, text, workspaceId)));
}
