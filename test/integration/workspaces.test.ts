/** A workspace that is renamed or deleted, through the console's forms. */
import { env as bindings } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Env } from "../../durable-objects/env.ts";
import { dependenciesOf } from "../../worker/dependencies.ts";
import { canaryKey } from "../support/canary.ts";
import { addEndpoint, addRepository } from "../support/deliveries.ts";
import { api, browse, createPerson, createTenant, env, freshDatabase, type Tenant } from "../support/workerd.ts";

const { DB } = env;
let ana: Tenant;
let bo: Tenant;

beforeEach(async () => {
  await freshDatabase();
  // What an earlier test's database said of the same people.
  dependenciesOf(bindings as unknown as Env).knownPrincipals.forgetAll();
  [ana, bo] = [await createTenant("ana"), await createTenant("bo")];
});

const textOf = async (answer: Response | Promise<Response>) => (await answer).text();

describe("a workspace", () => {
  it("is renamed by an admin who is in it, everywhere that its name stands, and by nobody else", async () => {
    const rename = (who: Tenant, name: string) =>
      browse(who, `/settings/workspaces/${ana.workspaceId}/name`, { "new-name": name });
    const admin = await createPerson("admin", { workspaceId: ana.workspaceId, role: "admin" });
    const member = await createPerson("member", { workspaceId: ana.workspaceId, role: "member" });
    expect((await rename(admin, " Rockets ")).status).toBe(303);
    expect(await textOf(browse(ana, "/"))).toContain('<span class="workspace-name">Rockets</span>');
    const refused = await rename(ana, " ");
    expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining("is empty")]);
    expect((await rename(member, "Mine")).status).toBe(403);
    expect((await rename(bo, "Mine")).status).toBe(404);
    const last = "SELECT kind, details FROM audit_entries WHERE workspace_id = 'ws_ana' ORDER BY seq DESC LIMIT 1";
    const renamed = { kind: "workspace.renamed", details: '{"from":"ana","to":"Rockets"}' };
    expect(await DB.prepare(last).first()).toEqual(renamed);
  });
});

describe("a workspace that its owner deletes", () => {
  const path = () => `/settings/workspaces/${ana.workspaceId}/deletion`;
  const remove = (who: Tenant, confirm = "ana") => browse(who, path(), { confirm });
  /** Rows that name the workspace, or a run of it, by table. The audit log is to stay. */
  async function rowsLeft(): Promise<Record<string, number>> {
    const tables = await DB.prepare(
      `SELECT m.name AS name, group_concat(c.name) AS columns FROM sqlite_master m JOIN pragma_table_info(m.name) c
       WHERE m.type = 'table' AND m.name NOT LIKE 'audit%' AND m.name NOT LIKE '\\_%' ESCAPE '\\' GROUP BY m.name`,
    ).all<{ name: string; columns: string }>();
    const left: Record<string, number> = {};
    for (const { name, columns } of tables.results) {
      const tests = columns.split(",").map((column) => `instr("${column}", 'ws_ana') > 0`);
      const row = await DB.prepare(`SELECT count(*) AS count FROM ${name} WHERE ${tests.join(" OR ")}`).first<{
        count: number;
      }>();
      if (row!.count > 0) left[name] = row!.count;
    }
    return left;
  }

  async function filled(): Promise<void> {
    await DB.prepare("INSERT INTO memberships VALUES (?, 'usr_ana', 'owner', ?)")
      .bind(bo.workspaceId, Date.now())
      .run();
    await api(ana, "/api/execute", { language: "javascript", code: "console.log(1)" });
    await addRepository(ana, { key: "api" });
    await addEndpoint(ana);
    await api(ana, "/api/webhooks", { url: "http://127.0.0.1:9/x", events: ["run.failed"] });
    const settings = {
      provider: "openai-compatible",
      baseUrl: "http://127.0.0.1:9/v1",
      model: "m",
      key: canaryKey("people"),
    };
    await api(ana, "/api/workspace/api-keys", { name: "key", ...settings });
    await browse(ana, "/settings/invitations", { email: "", role: "viewer" });
    await browse(ana, "/meetings/samples", { sample: "stand-up" });
    await browse(ana, "/playground/shares", { language: "javascript", entry: "main.js", files: '{"main.js":"1"}' });
    await browse(ana, `/settings/workspaces/${ana.workspaceId}/choice`, {});
    const kinds = Object.keys(await rowsLeft());
    const filled = "runs repositories provider_keys workspace_data_keys shares sessions meetings";
    expect(kinds).toEqual(expect.arrayContaining(filled.split(" ")));
  }

  it("goes with all that is in it but its audit log, and whoever was there is in their next one, or in one of their own", async () => {
    await filled();
    const mel = await createPerson("mel", { workspaceId: ana.workspaceId, role: "member" });
    expect((await remove(ana)).status).toBe(303);
    expect(await rowsLeft()).toEqual({});
    const ofThose = ["run_files", "run_inputs", "run_output", "share_files", "webhook_messages", "inbound_secrets"];
    for (const table of [...ofThose, "meeting_utterances"])
      expect(await DB.prepare(`SELECT count(*) AS count FROM ${table}`).first()).toEqual({ count: 0 });
    expect((await api(ana, "/api/runs")).status).toBe(401);
    expect(await textOf(browse(mel, "/"))).toContain('<span class="workspace-name">mel&#39;s workspace</span>');
    expect(await textOf(browse(ana, "/"))).toContain('<span class="workspace-name">bo</span>');
    const last = "SELECT kind, details FROM audit_entries WHERE workspace_id = 'ws_ana' ORDER BY seq DESC LIMIT 1";
    expect(await DB.prepare(last).first()).toEqual({ kind: "workspace.deleted", details: '{"name":"ana"}' });
    expect((await browse(bo, "/")).status).toBe(200);
  });

  it("stays where the name is another, where a run is left, where they would be nowhere, and for who is no owner", async () => {
    expect(await textOf(remove(ana))).toContain("Make another one first");
    await filled();
    const wrong = await remove(ana, "Ana");
    expect([wrong.status, await wrong.text()]).toEqual([422, expect.stringContaining("must be the workspace")]);
    const admin = await createPerson("admin", { workspaceId: ana.workspaceId, role: "admin" });
    expect((await remove(admin)).status).toBe(403);
    expect((await remove(bo)).status).toBe(404);
    const before = await rowsLeft();
    await DB.prepare(
      "UPDATE runs SET state = 'running', finished_at = NULL, error = NULL, error_category = NULL, result = NULL, usage = NULL",
    ).run();
    const busy = await remove(ana);
    expect([busy.status, await busy.text()]).toEqual([409, expect.stringContaining("1 wait or run")]);
    expect(await rowsLeft()).toEqual(before);
  });
});
