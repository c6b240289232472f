/** The audit log: what is written, that it is only added to, and that whatever was done to it behind our back is found. */
import { env as bindings } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Env } from "../../durable-objects/env.ts";
import { record } from "../../worker/actions/audit-trail.ts";
import { dependenciesOf } from "../../worker/dependencies.ts";
import { sha256Hex } from "../../worker/digest.ts";
import { type AuditEntry, auditListSchema, auditVerificationSchema, hashedText } from "../../worker/domain/audit.ts";
import { createLogger } from "../../worker/log.ts";
import { openDatabase } from "../../worker/store/database.ts";
import { systemClock } from "../../worker/system-ports.ts";
import { addEndpoint, addRepository } from "../support/deliveries.ts";
import {
  api,
  browse,
  createPerson,
  createTenant,
  env,
  freshDatabase,
  ORIGIN,
  problemOf,
  request,
  type Tenant,
} from "../support/workerd.ts";

const { DB } = env;
let ana: Tenant;
let bo: Tenant;

beforeEach(async () => {
  await freshDatabase();
  [ana, bo] = [await createTenant("ana"), await createTenant("bo")];
});

const entriesOf = async (who: Tenant, query = "") =>
  auditListSchema.parse(await (await api(who, `/api/audit${query}`)).json());
const kindsOf = async (who: Tenant) => (await entriesOf(who)).entries.map(({ kind }) => kind).toReversed();
const verify = async (who: Tenant, query = "") =>
  auditVerificationSchema.parse(await (await api(who, `/api/audit/verification${query}`)).json());

const ports = { db: openDatabase(DB), clock: systemClock, log: createLogger("error", "json") };

/** Writes so many entries, one after another. */
async function write(count: number, who = ana): Promise<void> {
  const { workspaceId, userId: id } = who;
  const actor = { workspaceId, kind: "person", id, name: "Ana", address: "192.0.2.1" } as const;
  for (let index = 1; index <= count; index++) await record(ports, actor, "token.revoked", `tok_${index}`, {});
}

/** As somebody does it who has the database in their hands: without the triggers. */
async function tamper(...statements: readonly string[]): Promise<void> {
  const triggers = await DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit%'",
  ).all<{
    name: string;
  }>();
  expect(triggers.results.length).toBeGreaterThan(4);
  await DB.batch([
    ...triggers.results.map(({ name }) => DB.prepare(`DROP TRIGGER ${name}`)),
    ...statements.map((statement) => DB.prepare(statement)),
  ]);
}

describe("the audit log", () => {
  it("has an entry for each change, by whoever made it, and only in their workspace", async () => {
    await createPerson("cara", { workspaceId: ana.workspaceId, role: "viewer" });
    await browse(ana, "/settings/members/usr_cara/role", { role: "member" });
    await browse(ana, "/settings/members/usr_cara/removal", {});
    await browse(ana, "/settings/invitations", { email: "d@example.com", role: "viewer" });
    const { id: invitation } = (await DB.prepare("SELECT id FROM invitations").first<{ id: string }>())!;
    await browse(ana, `/settings/invitations/${invitation}/withdrawal`, {});
    await browse(ana, "/settings/tokens", { name: "ci", scopes: "runs:read", days: "7" });
    const { id: token } = (await DB.prepare("SELECT id FROM api_tokens WHERE name = 'ci'").first<{ id: string }>())!;
    await browse(ana, `/settings/tokens/${token}/revocation`, {});
    await browse(ana, "/settings/sessions/revocations", {});
    const hook = { url: "http://127.0.0.1:9/path-that-is-secret", events: ["run.failed"] };
    const made = (await (await api(ana, "/api/webhooks", hook)).json()) as { endpoint: { id: string } };
    const webhook = `/settings/webhooks/${made.endpoint.id}`;
    await browse(ana, `${webhook}/disabling`, {});
    await browse(ana, `${webhook}/secrets`, {});
    await browse(ana, `${webhook}/deletion`, { host: "127.0.0.1:9" });
    await addRepository(ana, { key: "api" });
    const inbound = await addEndpoint(ana);
    await api(ana, `/api/inbound-endpoints/${inbound.id}/rotate`, { keepOldSeconds: 60 });
    await api(ana, `/api/inbound-endpoints/${inbound.id}/test`, {});
    await browse(ana, `/inbound-endpoints/${inbound.id}/deletion`, {});
    await browse(ana, "/repos/api/deletion", { confirm: "api" });
    await api(ana, "/api/rebuild", {});
    await browse(ana, "/logout", {});
    const kinds = await kindsOf(ana);
    expect(kinds).toEqual([
      ...["member.role-changed", "member.removed", "invitation.made", "invitation.withdrawn", "token.made"],
      ...["token.revoked", "session.others-revoked", "webhook.added", "webhook.changed", "webhook.secret-rotated"],
      ...["webhook.deleted", "repository.added", "endpoint.added", "endpoint.secret-rotated", "endpoint.tested"],
      ...["endpoint.deleted", "repository.deleted", "runs.rebuilt", "session.ended"],
    ]);
    const { entries } = await entriesOf(ana);
    expect(entries.at(-1)).toMatchObject({
      ...{ seq: 1, target: "usr_cara", details: { from: "viewer", to: "member" } },
      actor: { kind: "person", id: "usr_ana", name: "ana" },
    });
    expect(entries.find(({ kind }) => kind === "endpoint.added")?.actor).toMatchObject({
      kind: "token",
      id: "tok_ana",
    });
    expect(JSON.stringify(entries)).not.toContain("path-that-is-secret");
    expect(await verify(ana)).toMatchObject({ isIntact: true, entries: kinds.length, problem: null });
    expect(await entriesOf(bo)).toEqual({ entries: [], nextCursor: null });
  });

  it("tells of coming in: made accounts, right and wrong passwords, invitations that were taken", async () => {
    const post = (path: string, form: Record<string, string>) =>
      request(path, { method: "POST", headers: { origin: ORIGIN }, body: new URLSearchParams(form) });
    const invited = await browse(ana, "/settings/invitations", { email: "", role: "admin" });
    const invitation = /\/invite\/([0-9a-f]{48})/.exec(await invited.text())![1]!;
    const cara = { name: "Cara", email: "cara@example.com", password: "four words in a row" };
    expect((await post("/signup", { ...cara, invitation })).status).toBe(303);
    expect((await post("/login", { ...cara, password: "canary-wrong-password" })).status).toBe(401);
    expect((await post("/login", cara)).status).toBe(303);
    await post("/login", { ...cara, email: "nobody@example.com" });
    expect(await kindsOf(ana)).toEqual([
      ...["invitation.made", "member.joined", "sign-in.succeeded", "sign-in.failed", "sign-in.succeeded"],
    ]);
    const all = JSON.stringify((await DB.prepare("SELECT * FROM audit_entries").all()).results);
    for (const secret of [invitation, cara.password, "canary-wrong-password"]) expect(all).not.toContain(secret);
  });

  it("tells of budgets that were set, settled and deleted, and of no request that was refused", async () => {
    const limit = { kind: "workspace", id: "", period: "day", limit: "2.5" };
    expect((await browse(ana, "/settings/budgets", limit)).status).toBe(303);
    expect((await browse(ana, "/settings/budgets", { ...limit, limit: "-1" })).status).toBe(422);
    const ledger = dependenciesOf(bindings as unknown as Env).budget(ana.workspaceId);
    const call = { id: "call_audited", address: { service: "anthropic", keyId: "key_x" } } as const;
    await ledger.begin({ ...call, boundMicros: 400_000, subjects: [] }, { ends: [], records: [] });
    const end = { ...call, epoch: 0, verdict: "nothing", isHeld: true, costMicros: null } as const;
    await ledger.note({ ends: [end], records: [] });
    await api(ana, "/api/budgets/calls/call_audited/settlement", { cost: 0.1 });
    await api(ana, "/api/budgets/calls/call_nowhere/settlement", { cost: 0.1 });
    for (const status of [303, 404])
      expect((await browse(ana, "/settings/budgets/deletions", { budget: "workspace:day" })).status).toBe(status);
    const { entries } = await entriesOf(ana);
    expect(entries.toReversed().map(({ kind, target, details }) => ({ kind, target, details }))).toEqual([
      {
        ...{ kind: "budget.set", target: "workspace:day" },
        details: { subject: "the workspace", period: "day", limit: "$2.50" },
      },
      { kind: "budget.call-settled", target: "call_audited", details: { cost: "$0.10" } },
      { kind: "budget.deleted", target: "workspace:day", details: {} },
    ]);
  });

  it("is one chain, however many write to it at once", async () => {
    await Promise.all(Array.from({ length: 20 }, () => write(1)));
    expect(await verify(ana)).toMatchObject({ isIntact: true, entries: 20 });
  });

  it("is shown to admins alone, page by page, by person, kind and day", async () => {
    await write(60);
    await browse(ana, "/settings/invitations", { email: "", role: "viewer" });
    const first = await entriesOf(ana);
    expect(first.entries).toHaveLength(50);
    const second = await entriesOf(ana, `?cursor=${first.nextCursor}`);
    expect(second.entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 11 }, (_, index) => 11 - index));
    expect((await entriesOf(ana, "?kind=invitation.made")).entries).toHaveLength(1);
    expect((await entriesOf(ana, "?actor=usr_bo")).entries).toEqual([]);
    const today = new Date().toISOString().slice(0, 10);
    expect((await entriesOf(ana, `?from=${today}&to=${today}`)).entries).toHaveLength(50);
    expect((await entriesOf(ana, "?to=2020-01-01")).entries).toEqual([]);
    for (const query of ["kind=nothing", "from=yesterday"])
      expect((await api(ana, `/api/audit?${query}`)).status).toBe(422);
    expect((await problemOf(await api(ana, "/api/audit?kind=nothing"))).detail).toBe("kind: is no kind of entry");
    expect((await browse(ana, "/settings/audit?from=yesterday")).status).toBe(422);
    const viewer = await createPerson("viewer", { workspaceId: ana.workspaceId, role: "member" });
    expect((await browse(viewer, "/settings/audit")).status).toBe(403);
  });

  it("is exported whole, with nothing that a spreadsheet would compute", async () => {
    await write(1_001);
    const actor = { workspaceId: ana.workspaceId, kind: "person", id: "usr_x", name: '=1+1,"', address: "" } as const;
    await record(ports, actor, "token.revoked", "", {});
    const csv = await (await browse(ana, "/settings/audit/export.csv")).text();
    expect(csv.split("\r\n")).toHaveLength(1_004);
    expect(csv).toContain(`"'=1+1,"""`);
    const file = (await (await browse(ana, "/settings/audit/export.json?actor=usr_ana")).json()) as {
      entries: unknown[];
    };
    expect(file.entries).toHaveLength(1_001);
  });

  it("verifies at the press of a button", async () => {
    await write(3);
    expect(await (await browse(ana, "/settings/audit/verifications", {})).text()).toContain("The log is whole");
    await tamper("UPDATE audit_entries SET target = 'tok_9' WHERE seq = 2");
    const page = await (await browse(ana, "/settings/audit/verifications", {})).text();
    expect(page).toContain("The log is not whole");
    expect(page).toContain("Number 2");
  });
});

describe("the database", () => {
  it.each([
    "UPDATE audit_entries SET actor_id = 'usr_bo'",
    "UPDATE audit_entries SET seq = 9 WHERE seq = 3",
    "DELETE FROM audit_entries WHERE seq = 3",
    "DELETE FROM audit_entries",
    "DELETE FROM audit_heads",
    "UPDATE audit_heads SET seq = 2",
    "UPDATE audit_heads SET seq = 4",
    "INSERT INTO audit_entries SELECT workspace_id, 4, at, kind, actor_kind, actor_id, actor_name, address, target, details, hash, hash FROM audit_entries WHERE seq = 2",
    "INSERT OR REPLACE INTO audit_entries SELECT * FROM audit_entries WHERE seq = 3",
    "INSERT OR REPLACE INTO audit_heads SELECT workspace_id, 2, hash FROM audit_entries WHERE seq = 2",
  ])("refuses %s", async (statement) => {
    await write(3);
    await expect(DB.prepare(statement).run()).rejects.toThrow(/audit|UNIQUE/);
    expect(await verify(ana)).toMatchObject({ isIntact: true, entries: 3 });
  });
});

describe("what was done behind the database's back", () => {
  /** The chain from some entry on with another content, hashed anew as somebody does who knows how. */
  async function rehashed(from: number, change: Partial<AuditEntry>): Promise<string[]> {
    const { results } = await DB.prepare(
      `SELECT workspace_id AS workspaceId, seq, at, kind, actor_kind AS actorKind, actor_id AS actorId,
        actor_name AS actorName, address, target, details, previous_hash AS previousHash, hash
       FROM audit_entries ORDER BY seq`,
    ).all<AuditEntry>();
    let previousHash = results[from - 2]!.hash;
    const statements: string[] = [];
    for (const { hash: _, ...entry } of results.slice(from - 1)) {
      const changed = { ...entry, ...(entry.seq === from ? change : {}), previousHash };
      const { seq, target } = changed;
      const hash = await sha256Hex(hashedText(changed));
      statements.push(
        `UPDATE audit_entries SET target = '${target}', previous_hash = '${previousHash}', hash = '${hash}' WHERE seq = ${seq}`,
      );
      previousHash = hash;
    }
    return statements;
  }

  it.each([
    ["an entry that was changed", ["UPDATE audit_entries SET actor_name = 'Bo' WHERE seq = 2"], 2],
    ["details that were changed", [`UPDATE audit_entries SET details = '{"a":"b"}' WHERE seq = 5`], 5],
    ["an instant that was changed", ["UPDATE audit_entries SET at = at + 1 WHERE seq = 1"], 1],
    ["an entry that was removed in the middle", ["DELETE FROM audit_entries WHERE seq = 3"], 3],
    ["the first entry, removed", ["DELETE FROM audit_entries WHERE seq = 1"], 1],
    [
      "two entries that changed places",
      [
        "UPDATE audit_entries SET seq = 9 WHERE seq = 2",
        "UPDATE audit_entries SET seq = 2 WHERE seq = 3",
        "UPDATE audit_entries SET seq = 3 WHERE seq = 9",
      ],
      2,
    ],
    ["entries that were removed at the end", ["DELETE FROM audit_entries WHERE seq > 3"], 4],
    ["all entries, removed", ["DELETE FROM audit_entries"], 1],
  ])("%s: is found", async (_, statements, seq) => {
    await write(5);
    await tamper(...statements);
    expect(await verify(ana)).toMatchObject({ isIntact: false, problem: { seq } });
  });

  it("a chain that was hashed anew: is found by its head", async () => {
    await write(5);
    await tamper(...(await rehashed(3, { target: "tok_changed" })));
    expect(await verify(ana)).toMatchObject({ isIntact: false, problem: { seq: 5 } });
  });

  it("an end that was removed with the head, or a chain hashed anew with it: is found by whoever noted where it was", async () => {
    await write(5);
    const { head } = await verify(ana);
    const noted = `?seq=${head.seq}&hash=${head.hash}`;
    expect(await verify(ana, noted)).toMatchObject({ isIntact: true });
    await tamper(
      ...(await rehashed(5, { target: "tok_changed" })),
      "UPDATE audit_heads SET hash = (SELECT hash FROM audit_entries WHERE seq = 5)",
    );
    expect(await verify(ana)).toMatchObject({ isIntact: true });
    expect(await verify(ana, noted)).toMatchObject({ isIntact: false, problem: { seq: 5 } });
    await DB.batch([
      DB.prepare("DELETE FROM audit_entries WHERE seq > 3"),
      DB.prepare("UPDATE audit_heads SET seq = 3, hash = (SELECT hash FROM audit_entries WHERE seq = 3)"),
    ]);
    // Nothing in the database can tell any more.
    expect(await verify(ana)).toMatchObject({ isIntact: true });
    expect(await verify(ana, noted)).toMatchObject({ isIntact: false, problem: { seq: 4 } });
    expect((await api(ana, "/api/audit/verification?seq=5")).status).toBe(422);
  });
});
