/** Runs that process a meeting, by the mock provider: from the request to the sheet, twice, and on the pages. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { ShownEffectSheet } from "../../worker/domain/effect-sheet-schema.ts";
import { hex } from "../../worker/domain/ids.ts";
import { meetingAddedSchema, meetingDetailSchema } from "../../worker/domain/meeting.ts";
import { type MeetingRun, meetingRunListSchema } from "../../worker/domain/meeting-run.ts";
import { testedKeySchema } from "../../worker/domain/provider-key.ts";
import { runDetailSchema } from "../../worker/domain/run-schema.ts";
import { chatProtocol } from "../support/providers/chat-completions.ts";
import { providerPlace } from "../support/providers/provider-place.ts";
import {
  api,
  browse,
  createTenant,
  env,
  freshDatabase,
  problemOf,
  request,
  type Tenant,
  until,
} from "../support/workerd.ts";

const TRANSCRIPT = `[00:00:04] Ana Silva: RUN-12 is done and RUN-14 is in review.
[00:00:19] Ben Okafor: I'll take RUN-15. It's blocked by the staging database.
[00:00:31] Ana Silva: We agreed that beta means ten customers.
[00:00:44] Ben Okafor: I will write to the bank by Friday; RUN-15 is five points.`;

// The mock writes as fast as a model does: some seconds for each answer.
vi.setConfig({ testTimeout: 60_000 });

let ana: Tenant;
let meetingId: string;

/** Each test has a workspace of its own: which keys it has is known for a moment to objects that outlive a test. */
let tenants = 0;

beforeEach(async () => {
  await freshDatabase();
  ana = await createTenant(`ana${++tenants}`);
  meetingId = await addMeeting(TRANSCRIPT);
});

async function addMeeting(transcript: string): Promise<string> {
  const added = await api(ana, "/api/meetings", { transcript, title: "Planning", heldAt: "2026-11-20" });
  return meetingAddedSchema.parse(await added.json()).id;
}

function send(method: string, path: string, body?: object) {
  const headers = { authorization: `Bearer ${ana.token}`, "content-type": "application/json" };
  return request(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
}

async function runsOf(id = meetingId): Promise<MeetingRun[]> {
  return meetingRunListSchema.parse(await (await api(ana, `/api/meetings/${id}/runs`)).json()).runs;
}

async function process(path: "process" | "process-v2", body: object = {}, id = meetingId): Promise<MeetingRun> {
  const answer = await api(ana, `/api/meetings/${id}/${path}`, body);
  expect(answer.status, await answer.clone().text()).toBe(202);
  const { runId } = (await answer.json()) as { runId: string };
  const runs = await until(
    () => runsOf(id),
    (all) => all.some((run) => run.runId === runId && run.finishedAt !== null),
  );
  return runs.find((run) => run.runId === runId)!;
}

async function sheetOf({ runId }: MeetingRun, action?: string, body?: object): Promise<ShownEffectSheet> {
  const path = `/api/runs/${runId}/effects${action ? `/${action}` : ""}`;
  return (await (action ? await api(ana, path, body ?? {}) : await api(ana, path)).json()) as ShownEffectSheet;
}

/** A saved key for a server that answers its test, and then with each of the texts. */
async function addKey(name: string, model: string, ...texts: string[]) {
  const said = (text: string) => ({ body: chatProtocol.frames({ pieces: [text] }).join("") });
  const { baseUrl, requests } = await providerPlace(...["ok", ...texts].map(said));
  const sent = { name, model, provider: "openai-compatible", baseUrl: `${baseUrl}/v1` };
  const saved = await api(ana, "/api/workspace/api-keys", sent);
  expect(saved.status).toBe(201);
  const { key } = testedKeySchema.parse(await saved.json());
  return { id: key.id, asked: async () => (await requests()).map(({ body }) => (body as { model: string }).model) };
}

const asAnswer = (program: string) => `\`\`\`typescript\n${program}\n\`\`\``;

const detailOf = async ({ runId }: MeetingRun) =>
  runDetailSchema.parse(await (await api(ana, `/api/runs/${runId}`)).json());

const said = ({ effects }: ShownEffectSheet) =>
  effects.map(({ capability, changes, evidence }) => JSON.stringify([capability, changes, evidence?.quote])).sort();

describe("a run that processes a meeting", () => {
  it("writes a program, checks and reviews it, runs it, and leaves its writes to a person", async () => {
    const run = await process("process-v2", { reviewByModel: true });
    expect(run).toMatchObject({
      ...{ state: "succeeded", usedVersion: "v2", fellBackFrom: null, effects: 11, unchanged: 0 },
      totals: { calls: 2, isMock: true, estimated: true, costMicros: 0 },
    });
    expect(run.calls.map(({ phase }) => phase)).toEqual(["generate", "review"]);
    const detail = await detailOf(run);
    expect(detail).toMatchObject({ kind: "meeting", entry: "main.ts", result: { stories: 3, decisions: 1 } });
    expect(detail.usage).toMatchObject({ models: { calls: 2 } });
    expect(detail.steps.map(({ name, state, models }) => [name, state, models?.calls])).toEqual([
      ["queue", "succeeded", undefined],
      ["generate", "succeeded", 1],
      ["check", "succeeded", undefined],
      ["review", "succeeded", 1],
      ["execute", "succeeded", undefined],
    ]);
    expect(detail.receipt).toMatchObject({
      ...{ check: { by: expect.stringMatching(/^TypeScript 6\./), result: "passed" }, label: "mock" },
      ...{ result: "completed", fuel: detail.usage!.fuel },
    });
    const sheet = await sheetOf(run);
    expect(sheet.state).toBe("open");
    const due = sheet.effects.find(({ kind }) => kind === "action-item")!;
    expect(due).toMatchObject({
      changes: { title: "Write to the bank", owner: "Ben Okafor", due: "2026-11-27" },
      evidence: { utterance: 3, at: 44_000, quote: "I will write to the bank by Friday;" },
    });
    expect(due.line).toBeGreaterThan(1);
    const files = await env.DB.prepare("SELECT text FROM run_files WHERE run_id = ?")
      .bind(run.runId)
      .all<{ text: string }>();
    const source = files.results[0]!.text;
    expect(source).toContain("await stories.findByKey(");
    const hashed = new TextEncoder().encode(JSON.stringify([["main.ts", source]]));
    expect(detail.receipt!.codeSha256).toBe(hex(new Uint8Array(await crypto.subtle.digest("SHA-256", hashed))));
    const page = await (await browse(ana, `/runs/${run.runId}/program`)).text();
    expect(page).toContain(detail.receipt!.codeSha256);
    expect(page).toMatch(/Write the program<\/span>.*? tokens in/);
    const shown = await (await browse(ana, `/runs/${run.runId}`)).text();
    expect([...shown.matchAll(/data-key="([a-z]+-\d[\d-]*)"/g)].map(([, key]) => key)).toEqual([
      ...["queue-1", "generate-1", "check-1", "review-1", "execute-1"],
    ]);
    const log = await (await api(ana, `/api/runs/${run.runId}/log.txt`)).text();
    expect(log).toMatch(/generate: runyard-mock, \d+ tokens in, \d+ out, Mock: no model was called/);
    expect(log).not.toContain("types were not checked");
    const replayed = await api(ana, `/api/runs/${run.runId}/replay`, {});
    expect(await replayed.json()).toMatchObject({ difference: null });
    const meeting = await api(ana, `/api/meetings/${meetingId}`);
    expect(meetingDetailSchema.parse(await meeting.json()).state).toBe("processed");
    const meetingPage = await (await browse(ana, `/meetings/${meetingId}`)).text();
    expect(meetingPage).toContain("reviewed by the same model");
    expect(meetingPage).toContain("Owner: Ben Okafor");
    const other = { files: { "main.ts": source.replace("Write to the bank", "Write to the landlord") } };
    const forked = (await (await api(ana, `/api/runs/${run.runId}/fork`, { call: 0, ...other })).json()) as MeetingRun;
    expect((await detailOf(forked)).title).toBe("Planning");
  });

  it("finds the same by tool calls, and nothing new once the writes were made", async () => {
    const [v1, v2] = [await process("process"), await process("process-v2")];
    expect([v1.usedVersion, v1.totals.calls, v2.totals.calls]).toEqual(["v1", 5, 1]);
    expect(said(await sheetOf(v1))).toEqual(said(await sheetOf(v2)));
    await sheetOf(v2, "decisions", { decision: "approved" });
    expect((await sheetOf(v2, "apply")).state).toBe("applied");
    for (const path of ["process", "process-v2"] as const) {
      const again = await process(path);
      // The stories are there now, and both are told so: nobody looks for them.
      expect(again).toMatchObject({ state: "succeeded", effects: 0, totals: { calls: path === "process" ? 3 : 1 } });
      expect(again.unchanged).toBeGreaterThan(5);
    }
    const page = await browse(ana, `/meetings/${meetingId}`);
    const html = await page.text();
    expect(html).toContain("Nothing new");
    expect(html).toContain('href="#u-3"');
    const compared = await (await browse(ana, `/meetings/${meetingId}/compare?a=${v1.runId}&b=${v2.runId}`)).text();
    expect(compared).toContain("11 the same, 0 different, 0 in A alone, 0 in B alone");
  });

  it("remembers what people decided when the meeting is processed again, in review and in auto", async () => {
    const id = await addMeeting("Ana: RUN-15 is five points.\nBen: We agreed that beta means ten customers.");
    const first = await process("process-v2", {}, id);
    const sheet = await sheetOf(first);
    const numberOf = (fits: (effect: ShownEffectSheet["effects"][number]) => boolean) =>
      sheet.effects.find(fits)!.number;
    const points = numberOf(({ changes }) => changes.points === 5);
    const decision = numberOf(({ kind }) => kind === "decision");
    await sheetOf(first, "decisions", { decision: "approved" });
    await sheetOf(first, "decisions", { effects: [points], decision: "approved", edited: { points: 8 } });
    await sheetOf(first, "decisions", { effects: [decision], decision: "rejected" });
    expect((await sheetOf(first, "apply")).state).toBe("applied");

    const rejected = { runId: first.runId, effect: decision, decision: "rejected", edited: null };
    const again = await process("process", {}, id);
    expect(again).toMatchObject({ effects: 1, remembered: 1 });
    const { state, effects } = await sheetOf(again);
    expect(effects).toMatchObject([{ kind: "decision", decision: "rejected", remembered: rejected }]);
    expect([effects[0]!.remembered!.decided, state]).toEqual([effects[0]!.decided, "applied"]);
    const page = await (await browse(ana, `/runs/${again.runId}/effects`)).text();
    expect(page).toMatch(new RegExp(`Rejected before by.*href="/runs/${first.runId}/effects#e-${decision}"`));
    expect(page).toContain("1 as decided before");
    const meetingPage = await (await browse(ana, `/meetings/${id}`)).text();
    expect(meetingPage).toContain("Nothing new");
    expect(meetingPage).toMatch(
      new RegExp(`href="/runs/${first.runId}/effects">Review \\d+ writes of the latest run that`),
    );
    const part = await browse(ana, `/meetings/${id}/runs`, undefined, {
      "hx-request-type": "partial",
      "hx-request": "true",
    });
    expect(await part.text()).toMatch(/id="meeting-state" hx-swap-oob="true">.*Processed/);

    const auto = await process("process-v2", { mode: "auto" }, id);
    expect(auto).toMatchObject({ state: "succeeded", effects: 1, remembered: 1 });
    const left = await sheetOf(auto);
    expect(left.effects).toMatchObject([{ decision: "rejected", outcome: "none", remembered: rejected }]);
    const items = async (kind: string) =>
      (
        (await (await api(ana, `/api/items?kind=${kind}`)).json()) as {
          items: { fields: { key: string; points: number } }[];
        }
      ).items;
    expect(await items("decision")).toEqual([]);
    expect((await items("story")).find(({ fields }) => fields.key === "RUN-15")?.fields.points).toBe(8);

    // Somebody decides otherwise, and that is what counts from then on.
    await sheetOf(auto, "decisions", { effects: [left.effects[0]!.number], decision: "approved" });
    expect((await sheetOf(auto, "apply")).effects).toMatchObject([{ outcome: "applied" }]);
    expect(await process("process-v2", {}, id)).toMatchObject({ effects: 0, remembered: 0 });
    // What was taken back is proposed again, with the value that somebody had set.
    await sheetOf(first, "undo");
    const open = await sheetOf(await process("process-v2", {}, id));
    expect(open.effects.find(({ changes }) => changes.points === 5)).toMatchObject({
      ...{ decision: "pending", edited: { points: 8 }, remembered: { runId: first.runId, effect: points } },
    });
    expect(open.effects.map(({ kind }) => kind)).not.toContain("decision");
  });

  it("mends a program that threw, in auto without writing anything twice", async () => {
    const id = await addMeeting(
      "Ana: RUN-1 is done.\nBen: Please show mock:throws to everybody.\nAna: I will call the bank.",
    );
    const run = await process("process-v2", { mode: "auto" }, id);
    expect(run).toMatchObject({ state: "succeeded", fellBackFrom: null });
    expect(run.calls.map(({ phase }) => phase)).toEqual(["generate", "heal"]);
    const items = await env.DB.prepare("SELECT count(*) AS count FROM items").first<{ count: number }>();
    expect(items?.count).toBe(2);
    expect(await (await api(ana, `/api/runs/${run.runId}/replay`, {})).json()).toMatchObject({ difference: null });
  });

  it("sends a type error back with its message before anything runs", async () => {
    const id = await addMeeting("Ana: RUN-1 is done.\nBen: Please show mock:type-error to everybody.");
    const run = await process("process-v2", {}, id);
    expect(run).toMatchObject({ state: "succeeded", calls: [{ phase: "generate" }, { phase: "check" }] });
    const log = await (await api(ana, `/api/runs/${run.runId}/log.txt`)).text();
    expect(log).toMatch(/TS2322/);
  });

  it("says why there is no answer, and does not try the other way then", async () => {
    const id = await addMeeting("Ana: RUN-1 is done.\nBen: Please show mock:no-credit to everybody.");
    const run = await process("process-v2", {}, id);
    expect(run).toMatchObject({ state: "failed", usedVersion: "v2", calls: [{ phase: "generate" }] });
    expect((await detailOf(run)).error).toMatchObject({
      ...{ category: "infrastructure", name: "ModelError" },
      message: expect.stringContaining("the account has no credit left"),
    });
    const meeting = await api(ana, `/api/meetings/${id}`);
    expect(meetingDetailSchema.parse(await meeting.json()).state).toBe("failed");
  });

  it("goes the way that the workspace's rollout says, where the request names none", async () => {
    const put = (body: object) => send("PUT", "/api/workspace/meeting-rollout", body);
    expect((await put({ v2Percent: 101, fallback: true })).status).toBe(422);
    expect((await put({ v2Percent: 0, fallback: false })).status).toBe(200);
    expect((await process("process", { version: "auto" })).plan).toMatchObject({ version: "v1", fallback: false });
  });

  it("counts the ways that runs went, as its settings and the API show them to those who may see them", async () => {
    const id = await addMeeting("Ana: RUN-1 is done.\nBen: Please show mock:max-tokens to everybody.");
    expect(await process("process-v2", {}, id)).toMatchObject({ state: "failed", usedVersion: "v1" });
    const set = await browse(ana, "/settings/meetings", { v2Percent: "25" });
    expect([set.status, set.headers.get("location")]).toEqual([303, "/settings/meetings"]);
    await process("process-v2", {}, await addMeeting("Ana: RUN-1 is done."));
    const view = await (await api(ana, "/api/workspace/meeting-rollout")).json();
    expect(view).toEqual({ v2Percent: 25, fallback: false, counts: { v2: 1, v1: 0, fallbacks: 1 } });
    const wrong = await browse(ana, "/settings/meetings", { v2Percent: "a quarter", fallback: "on" });
    expect([wrong.status, (await wrong.text()).includes("must be a whole number from 0 to 100")]).toEqual([422, true]);
    expect(await (await browse(ana, "/settings/meetings")).text()).toContain('value="25" id="field-v2Percent"');
    const audit = await env.DB.prepare(
      "SELECT details FROM audit_entries WHERE kind = 'meetings.rollout-changed'",
    ).all();
    expect(audit.results).toEqual([{ details: JSON.stringify({ v2Percent: "25", fallback: "false" }) }]);
  });

  it("has its program reviewed by another provider's model, which the run names", async () => {
    const program =
      'await decisions.create({ title: "Beta means ten customers", evidence: { quote: "beta means ten customers", utterance: 2 } });\nexport default 1;';
    const own = async () => (await browse(ana, `/meetings/${meetingId}`)).text();
    expect(await own()).toContain("Without a key there is the mock alone: it looks over its own program");
    const critics = (await addKey("other", "critic", "APPROVED")).asked;
    expect(await own()).toContain("Left empty, the model looks over its own program");
    const authors = (await addKey("own", "author", asAnswer(program))).asked;
    const page = await (await browse(ana, `/meetings/${meetingId}`)).text();
    expect(page).toMatch(/name="model"[^>]* placeholder="author"/);
    expect(page).toMatch(/name="reviewModel"[^>]* placeholder="critic"/);
    const run = await process("process-v2", { reviewByModel: true });
    expect(run).toMatchObject({ state: "succeeded", effects: 1, plan: { model: null, reviewModel: "critic" } });
    expect(run.calls.map(({ phase }) => phase)).toEqual(["generate", "review"]);
    // Each was tested when its key was saved.
    expect([await authors(), await critics()]).toEqual([
      ["author", "author"],
      ["critic", "critic"],
    ]);
    // As the answer names it.
    expect(await (await browse(ana, `/meetings/${meetingId}`)).text()).toContain("reviewed by model-that-answered");
  });

  it("is refused where a name means no model of the workspace, in the words of the gateway, and nothing is begun", async () => {
    await addKey("lab", "author");
    const names = { model: "autor", reviewModel: "lab/critic", reviewByModel: true };
    const told = "These can be named: default, author; GET /v1/models lists them.";
    for (const path of ["process", "process-v2"]) {
      const problem = await problemOf(await api(ana, `/api/meetings/${meetingId}/${path}`, names));
      expect(problem).toMatchObject({ status: 404, code: "model-not-found" });
      expect(problem.detail).toBe(`The workspace has no model "autor" or "lab/critic". ${told}`);
      expect(problem.errors?.map(({ path }) => path)).toEqual(["model", "reviewModel"]);
    }
    const { reviewByModel: _, ...typed } = names;
    const form = { version: "v2", mode: "review", reviewByModel: "on", ...typed };
    const wrong = await browse(ana, `/meetings/${meetingId}/runs`, form);
    expect(wrong.status).toBe(422);
    const html = await wrong.text();
    expect(html).toMatch(/data-field="model"><a href="#field-model"><b>model<\/b> names no model of the workspace/);
    expect(html).toMatch(/data-field="reviewModel"/);
    expect(html).toContain("These can be named: default, author");
    expect(html).toMatch(/value="autor"[^>]* id="field-model"/);
    expect(await runsOf()).toEqual([]);
  });

  it("asks by any name of the gateway, and is not retried by one whose key was deleted", async () => {
    await addKey("main", "other");
    const lab = await addKey("lab", "author", asAnswer("export default 1;"));
    await addKey("main-again", "other");
    const run = await process("process-v2", { model: "lab/author" });
    expect(run).toMatchObject({ state: "succeeded", plan: { model: "lab/author" } });
    expect(await lab.asked()).toEqual(["author", "author"]);
    expect((await send("DELETE", `/api/workspace/api-keys/${lab.id}`)).status).toBe(204);
    const retried = await problemOf(await api(ana, `/api/runs/${run.runId}/retry`, {}));
    expect(retried).toMatchObject({ status: 404, code: "model-not-found", errors: [{ path: "model" }] });
    expect(await runsOf()).toHaveLength(1);
  });

  it("answers a repeated request as it did the first time, also where the key was deleted since", async () => {
    await addKey("main", "other");
    const lab = await addKey("lab", "author", asAnswer("export default 1;"));
    const ask = (key: string) =>
      api(ana, `/api/meetings/${meetingId}/process-v2`, { model: "lab/author" }, { "idempotency-key": key });
    const first = await ask("one");
    expect(first.status).toBe(202);
    const { runId } = (await first.json()) as { runId: string };
    expect((await send("DELETE", `/api/workspace/api-keys/${lab.id}`)).status).toBe(204);
    const again = await ask("one");
    expect([again.status, await again.json()]).toMatchObject([202, { runId }]);
    expect(await problemOf(await ask("two"))).toMatchObject({ status: 404, code: "model-not-found" });
    // What was refused has kept no key.
    await addKey("lab", "author", asAnswer("export default 2;"));
    expect((await ask("two")).status).toBe(202);
  });

  it("is retried with another reviewer where nobody had named the one whose key was deleted", async () => {
    const critic = await addKey("other", "critic", "APPROVED");
    await addKey("own", "author", asAnswer("export default 1;"));
    const picked = await process("process-v2", { reviewByModel: true });
    const named = await process("process-v2", { reviewByModel: true, reviewModel: "critic" });
    for (const { plan } of [picked, named]) expect(plan.reviewModel).toBe("critic");
    expect((await send("DELETE", `/api/workspace/api-keys/${critic.id}`)).status).toBe(204);
    const refused = await problemOf(await api(ana, `/api/runs/${named.runId}/retry`, {}));
    expect(refused).toMatchObject({ status: 404, code: "model-not-found", errors: [{ path: "reviewModel" }] });
    expect((await api(ana, `/api/runs/${picked.runId}/retry`, {})).ok).toBe(true);
    const [retried] = await until(
      runsOf,
      (all) => all.length === 3 && all.every(({ finishedAt }) => finishedAt !== null),
    );
    expect(retried!.plan).toMatchObject({ reviewByModel: true, reviewModel: null });
  });

  it("ends with the reason where the key was deleted before it began, and asks no other", async () => {
    const lab = await addKey("lab", "author");
    const main = await addKey("main", "other", asAnswer("export default 1;"));
    const lane = `/api/lanes/${encodeURIComponent(`token:tok_${ana.workspaceId.slice(3)}`)}`;
    // A lane is there once a run has joined it.
    await api(ana, "/api/execute", { language: "javascript", code: "1" });
    expect((await api(ana, `${lane}/pause`, {})).status).toBe(200);
    const accepted = await api(ana, `/api/meetings/${meetingId}/process-v2`, { model: "author" });
    const { runId } = (await accepted.json()) as { runId: string };
    expect((await send("DELETE", `/api/workspace/api-keys/${lab.id}`)).status).toBe(204);
    expect((await api(ana, `${lane}/resume`, {})).status).toBe(200);
    const [run] = await until(runsOf, ([first]) => first?.finishedAt != null);
    expect(run).toMatchObject({ runId, state: "failed", calls: [] });
    const { error } = await detailOf(run!);
    expect(error).toMatchObject({ category: "infrastructure", name: "ModelError" });
    expect(error!.message).toBe(
      'The workspace has no model "author". These can be named: default, other; GET /v1/models lists them.',
    );
    expect(await main.asked()).toEqual(["other"]);
  });

  it("knows the keys that were saved before it began, also where one began without them a moment ago", async () => {
    await api(ana, `/api/meetings/${meetingId}/process-v2`, {});
    const asked = async () =>
      (await runsOf()).some(({ calls }) => calls.length > 0) ||
      (await (await api(ana, "/api/executions")).text()).includes("runyard-mock");
    await until(asked, (isAsked) => isAsked);
    const critic = await addKey("other", "critic", "APPROVED");
    const author = await addKey("own", "author", asAnswer("export default 1;"));
    const run = await process("process-v2", { reviewByModel: true });
    expect(run.calls.map(({ phase, isMock }) => [phase, isMock])).toEqual([
      ["generate", false],
      ["review", false],
    ]);
    expect([await author.asked(), await critic.asked()]).toEqual([
      ["author", "author"],
      ["critic", "critic"],
    ]);
  });

  it("keeps what somebody thinks of it, and lets go of it with the meeting", async () => {
    const run = await process("process");
    const judge = (isUseful: boolean | null) => send("PUT", `/api/runs/${run.runId}/feedback`, { isUseful });
    expect((await judge(true)).status).toBe(204);
    expect((await runsOf())[0]?.isUseful).toBe(true);
    expect((await judge(null)).status).toBe(204);
    expect((await runsOf())[0]?.isUseful).toBeNull();
    expect((await send("DELETE", `/api/meetings/${meetingId}`)).status).toBe(204);
    expect((await env.DB.prepare("SELECT count(*) AS count FROM meeting_runs").first<{ count: number }>())?.count).toBe(
      0,
    );
  });

  it("is retried in the same way", async () => {
    const run = await process("process-v2");
    const retried = await api(ana, `/api/runs/${run.runId}/retry`, {});
    const { runId: id } = (await retried.json()) as { runId: string };
    const runs = await until(runsOf, (all) => all.some(({ runId, finishedAt }) => runId === id && finishedAt !== null));
    expect(runs.find(({ runId }) => runId === id)).toMatchObject({ state: "succeeded", usedVersion: "v2" });
  });

  it("names what is wrong with a request", async () => {
    const wrong = await api(ana, `/api/meetings/${meetingId}/process-v2`, { mode: "later" });
    expect(await problemOf(wrong)).toMatchObject({ status: 422, errors: [{ path: "mode" }] });
    const absent = await api(ana, `/api/meetings/mtg_${"0".repeat(32)}/process`, {});
    expect(absent.status).toBe(404);
    const idle = await api(ana, `/api/meetings/${meetingId}/process-v2`, { reviewModel: "critic" });
    expect(await problemOf(idle)).toMatchObject({ status: 422, errors: [{ path: "reviewModel" }] });
    const unreadable = await api(ana, `/api/meetings/${meetingId}/process`, { model: "two words" });
    expect(await problemOf(unreadable)).toMatchObject({ status: 422, errors: [{ path: "model" }] });
  });

  it("is asked for again in a form that was filled in wrongly, with what was typed", async () => {
    const typed = { version: "v1", mode: "auto", thinking: "on", reviewByModel: "on", reviewModel: "critic" };
    const wrong = await browse(ana, `/meetings/${meetingId}/runs`, { ...typed, model: "two words" });
    expect(wrong.status).toBe(422);
    const html = await wrong.text();
    expect(html).toMatch(
      /id="field-model-error" data-field="model"><a href="#field-model"><b>model<\/b> contains a space/,
    );
    expect(html).toMatch(/value="two words"[^>]* id="field-model"[^>]* aria-describedby="field-model-error"/);
    expect(html).toMatch(/value="critic"[^>]* id="field-reviewModel"/);
    const ticked = [...html.matchAll(/<input type="(?:radio|checkbox)" name="(\w+)"(?: value="(\w+)")? checked=""/g)];
    expect(ticked.map(([, name, value = "on"]) => [name, value])).toEqual(
      Object.entries(typed).filter(([name]) => name !== "reviewModel"),
    );
    const bent = await browse(ana, `/meetings/${meetingId}/runs`, { version: "v3", mode: "later" });
    expect(bent.status).toBe(422);
    expect([...(await bent.text()).matchAll(/data-field="(\w+)"/g)].map(([, name]) => name)).toEqual([
      "version",
      "mode",
    ]);
    expect(await runsOf()).toEqual([]);
  });

  it("is started by the form on the meeting's page", async () => {
    const id = await addMeeting("Ana: RUN-1 is done.");
    const other = await process("process-v2", {}, id);
    await addKey("lab", "author", asAnswer("export default 1;"));
    const form = { version: "auto", mode: "review", thinking: "on", model: "lab/author", reviewModel: "not asked" };
    const sent = await browse(ana, `/meetings/${id}/runs`, form);
    expect([sent.status, sent.headers.get("location")]).toEqual([303, `/meetings/${id}#meeting-runs`]);
    const runs = await until(
      () => runsOf(id),
      (all) => all.length === 2 && all.every(({ finishedAt }) => finishedAt !== null),
    );
    const run = runs.find(({ runId }) => runId !== other.runId);
    expect(run?.plan).toMatchObject({ version: "v2", thinking: true, reviewByModel: false, reviewModel: null });
    const compared = await (await browse(ana, `/meetings/${id}/compare`)).text();
    for (const { runId } of [run!, other]) expect(compared).toContain(`href="/runs/${runId}"`);
    const [models] = /<tr><th scope="row">Model<.*?<\/tr>/.exec(compared) ?? [];
    expect(models).toMatch(/<td>runyard-mock<\/td><td>model-that-answered<\/td>/);
  });
});
