/** Items in the API and the console, and a run's effect sheet as people decide about it there. */
import { beforeEach, describe, expect, it } from "vitest";
import { itemHistorySchema, itemListSchema, itemSchema } from "../../worker/domain/item-schema.ts";
import {
  api,
  browse,
  createPerson,
  createTenant,
  env,
  freshDatabase,
  problemOf,
  request,
  type Tenant,
} from "../support/workerd.ts";

let ana: Tenant;

beforeEach(async () => {
  await freshDatabase();
  ana = await createTenant("ana");
});

const patch = (who: Tenant, id: string, body: unknown, headers: Record<string, string> = {}) =>
  request(`/api/items/${id}`, {
    ...{ method: "PATCH", body: JSON.stringify(body) },
    headers: { authorization: `Bearer ${who.token}`, "content-type": "application/json", ...headers },
  });
const made = async (kind: string, fields: object) =>
  itemSchema.parse(await (await api(ana, "/api/items", { kind, fields })).json());
const listed = async (query = "") => itemListSchema.parse(await (await api(ana, `/api/items${query}`)).json()).items;

/** What the sheet's form says its reader had before them. */
const seenIn = (html: string) => [...html.matchAll(/name="seen" value="(\w+)"/g)].map(([, seen]) => seen);

describe("items in the API", () => {
  it("are made, found, changed, and have a history", async () => {
    const story = await made("story", { title: "Export as CSV", key: "RUN-1", assigned_to: "Ana" });
    await made("blocker", { title: "No database", story: "RUN-1" });
    expect((await listed("?kind=story&owner=ANA&text=csv&status=todo&story=RUN-1")).map(({ id }) => id)).toEqual([
      story.id,
    ]);
    expect((await listed("?story=RUN-1")).map(({ kind }) => kind)).toEqual(["blocker", "story"]);
    const changed = await patch(ana, story.id, { fields: { status: "done" } }, { "if-match": '"1"' });
    expect([changed.status, changed.headers.get("etag")]).toEqual([200, '"2"']);
    const { changes } = itemHistorySchema.parse(await (await api(ana, `/api/items/${story.id}/history`)).json());
    expect(changes.map(({ version, cause, before, after }) => [version, cause, before?.status, after?.status])).toEqual(
      [
        [1, "person", undefined, "todo"],
        [2, "person", "todo", "done"],
      ],
    );
  });

  it("refuse a change that was made for an older version, and say what is there now", async () => {
    const { id } = await made("story", { title: "Export" });
    await patch(ana, id, { version: 1, fields: { status: "done", points: 3 } });
    const late = await problemOf(await patch(ana, id, { version: 1, fields: { title: "Import" } }));
    expect(late).toMatchObject({ code: "item-changed", status: 409 });
    expect(late.errors).toEqual([
      { path: "status", message: 'is "done" by now; it was "todo"' },
      { path: "points", message: 'is "3" by now; it was empty' },
    ]);
    expect((await problemOf(await patch(ana, id, { fields: {} }))).errors?.[0]?.path).toBe("version");
    expect((await patch(ana, id, { fields: { title: "Import" } }, { "if-match": "*" })).status).toBe(200);
  });

  it("say which field is wrong, and which story has the key", async () => {
    const wrong = await problemOf(await api(ana, "/api/items", { kind: "blocker", fields: { title: "", due: "x" } }));
    expect(wrong.errors?.map(({ path }) => path)).toEqual(["title", "due"]);
    await made("story", { title: "One", key: "RUN-1" });
    const taken = await problemOf(
      await api(ana, "/api/items", { kind: "story", fields: { title: "Two", key: "RUN-1" } }),
    );
    expect(taken).toMatchObject({ code: "story-exists", errors: [{ path: "key" }] });
    const other = await made("story", { title: "Two" });
    expect((await patch(ana, other.id, { version: 1, fields: { key: "RUN-1" } })).status).toBe(409);
    expect((await problemOf(await api(ana, "/api/items?kind=nonsense"))).errors?.[0]?.path).toBe("kind");
  });
});

describe("the page of an item", () => {
  it("keeps what its reader changed over what somebody else did meanwhile", async () => {
    const { id } = await made("story", { title: "Export", status: "todo" });
    const form = {
      version: "1",
      key: "",
      title: "Export as CSV",
      description: "",
      status: "todo",
      points: "",
      assigned_to: "",
    };
    await patch(ana, id, { version: 1, fields: { status: "done" } });
    const refused = await browse(ana, `/stories/${id}`, form);
    const html = await refused.text();
    expect(refused.status).toBe(409);
    expect(html).toContain("is &quot;done&quot; by now; it was &quot;todo&quot;");
    expect(html).toMatch(/<option value="done" selected/);
    expect(html).toContain('value="Export as CSV"');
    expect((await browse(ana, `/stories/${id}`, { ...form, version: "2", status: "done" })).status).toBe(303);
    expect((await listed())[0]?.fields).toMatchObject({ title: "Export as CSV", status: "done" });
  });

  it("makes items by hand, and comes back with what was wrong", async () => {
    const wrong = await browse(ana, "/stories", { kind: "action-item", title: "Write", due: "tomorrow", points: "x" });
    expect([wrong.status, (await wrong.text()).includes('value="tomorrow"')]).toEqual([422, true]);
    const right = await browse(ana, "/stories", { kind: "action-item", title: "Write", due: "2026-12-01", owner: "" });
    expect(right.headers.get("location")).toMatch(/^\/stories\/item_\w+\?saved$/);
    expect(await (await browse(ana, "/stories/action-items?text=wri")).text()).toContain("due 2026-12-01");
  });
});

const PROGRAM = `
const story = await stories.create({ title: "Export as CSV", key: "RUN-1" });
await stories.update({ key: "RUN-9", status: "done" });
await blockers.create({ title: "No database" });
`;

async function reviewed(): Promise<string> {
  await made("story", { title: "Import", key: "RUN-9" });
  const body = { code: PROGRAM, capabilities: ["stories.*", "blockers.*"], mode: "review" };
  const answer = await api(ana, "/api/code/execute", body);
  expect(answer.status, await answer.clone().text()).toBe(200);
  return ((await answer.json()) as { runId: string }).runId;
}

describe("the effect sheet on the run's page", () => {
  it("writes what was approved, once, and takes it back", async () => {
    const runId = await reviewed();
    const address = `/runs/${runId}/effects`;
    const html = await (await browse(ana, address)).text();
    expect(seenIn(html)).toEqual(["1p", "2p", "3p"]);
    // One form for all decisions, however many effects there are; the other two are of the dialog.
    expect(
      html
        .split('id="effect-sheet"')[1]!
        .split("</main>")[0]!
        .match(/<form\b/g)!.length,
    ).toBeLessThanOrEqual(3);
    const edited = await browse(ana, `${address}/1`, { title: "Export", key: "RUN-1", status: "todo", points: "5" });
    expect(edited.status).toBe(200);
    const seen = "1a,2p,3p";
    const applied = await browse(ana, address, {
      seen,
      "d-1": "approved",
      "d-2": "approved",
      "d-3": "rejected",
      do: "apply",
    });
    expect(await applied.text()).toContain("2 effects written.");
    expect((await listed("?kind=story")).map(({ fields }) => [fields.title, fields.status]).sort()).toEqual([
      ["Export", "todo"],
      ["Import", "done"],
    ]);
    expect(await listed("?kind=blocker")).toEqual([]);
    const again = await browse(ana, address, { seen, do: "apply" });
    expect(again.status).toBe(409);
    const undone = await (await browse(ana, `${address.replace("effects", "effect-undos")}`, {})).text();
    expect(undone).toContain("taken back");
    expect(undone).toMatch(/0 written\s*, \d undone/);
    expect((await listed()).map(({ fields }) => [fields.title, fields.status])).toEqual([["Import", "todo"]]);
  });

  it("says who decided, also when they have left since, and tells a person from a token", async () => {
    const runId = await reviewed();
    const mia = await createPerson("mia", { workspaceId: ana.workspaceId, role: "member" });
    await browse(mia, `/runs/${runId}/effects`, { seen: "1p,2p,3p", "d-1": "rejected", do: "save" });
    await api(ana, `/api/runs/${runId}/effects/decisions`, { effects: [2], decision: "approved" });
    const acts = async () => {
      const html = await (await browse(ana, `/runs/${runId}/effects`)).text();
      return [...html.matchAll(/effect-acts"><span>(.*?), </g)].map(([, who]) => who);
    };
    expect(await acts()).toEqual(["Rejected by mia", "Approved by the token “t”"]);
    const gone = await browse(ana, `/settings/members/${mia.userId}/removal`, {});
    expect(gone.status).toBe(303);
    await env.DB.prepare("DELETE FROM api_tokens WHERE id = 'tok_ana'").run();
    expect(await acts()).toEqual(["Rejected by mia, who has left", "Approved by a token that is gone"]);
  });

  it("keeps what somebody else decided about other effects meanwhile", async () => {
    const address = `/runs/${await reviewed()}/effects`;
    const seen = "1p,2p,3p";
    await browse(ana, address, { seen, "d-1": "rejected", "d-2": "pending", "d-3": "pending", do: "save" });
    const second = await browse(ana, address, {
      seen,
      "d-1": "pending",
      "d-2": "approved",
      "d-3": "pending",
      do: "save",
    });
    expect(seenIn(await second.text())).toEqual(["1r", "2a", "3p"]);
  });

  it("lets two people apply at once, and writes once", async () => {
    const runId = await reviewed();
    const ben = await createPerson("ben", { workspaceId: ana.workspaceId, role: "member" });
    const form = { seen: "1p,2p,3p", do: "approve-all" };
    await browse(ana, `/runs/${runId}/effects`, form);
    const both = await Promise.all([ana, ben].map((who) => browse(who, `/runs/${runId}/effects`, { do: "apply" })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const { id } = (await listed("?status=done"))[0]!;
    const { changes } = itemHistorySchema.parse(await (await api(ana, `/api/items/${id}/history`)).json());
    expect(changes).toHaveLength(2);
  });

  it("shows what changed between the program and its application, and asks again", async () => {
    const runId = await reviewed();
    const { id } = (await listed("?story=RUN-9"))[0]!;
    await patch(ana, id, { version: 1, fields: { points: 8 } });
    await browse(ana, `/runs/${runId}/effects`, { do: "approve-all", seen: "" });
    const html = await (await browse(ana, `/runs/${runId}/effects`, { do: "apply" })).text();
    expect(html).toContain("2 effects written. 1 item had changed meanwhile");
    expect(html).toMatch(/Somebody changed the item after the program had read it[\s\S]*Points[\s\S]*8/);
    await browse(ana, `/runs/${runId}/effects`, { do: "approve-all", seen: "" });
    await browse(ana, `/runs/${runId}/effects`, { do: "apply" });
    expect((await listed("?story=RUN-9"))[0]!.fields).toMatchObject({ points: 8, status: "done" });
  });

  it("shows everything to viewers, and lets them decide nothing", async () => {
    const runId = await reviewed();
    const vera = await createPerson("vera", { workspaceId: ana.workspaceId, role: "viewer" });
    const html = await (await browse(vera, `/runs/${runId}/effects`)).text();
    expect(html).toContain("Export as CSV");
    expect(html).not.toMatch(/type="radio"|name="do"/);
    expect((await browse(vera, `/runs/${runId}/effects`, { do: "apply" })).status).toBe(403);
  });
});
