/** Programs that call capabilities, over the API: what they answer, what they write, and what becomes of that. */
import { beforeAll, describe, expect, it } from "vitest";
import { CODE_CAPABILITIES, CODE_CAPABILITY_NAMES } from "../../worker/capabilities/code/declarations.ts";
import type { Scope } from "../../worker/domain/access.ts";
import { effectSheetSchema } from "../../worker/domain/effect-sheet-schema.ts";
import { meetingAddedSchema } from "../../worker/domain/meeting.ts";
import { codeExecuteAnswerSchema } from "../../worker/routes/api/openapi-code.ts";
import { api, createPerson, createTenant, freshDatabase, problemOf, type Tenant, until } from "../support/workerd.ts";

let ana: Tenant;
let bo: Tenant;

beforeAll(async () => {
  await freshDatabase();
  ana = await createTenant("ana");
  bo = await createTenant("bo");
});

const post = (who: Tenant, body: object, headers: Record<string, string> = {}) =>
  api(who, "/api/code/execute", body, headers);

async function executed(who: Tenant, body: object) {
  const answer = await post(who, body);
  const text = await answer.text();
  expect(answer.status, text).toBe(200);
  return codeExecuteAnswerSchema.parse(JSON.parse(text));
}

async function sheetOf(answer: Response) {
  const text = await answer.text();
  expect(answer.status, text).toBe(200);
  return effectSheetSchema.parse(JSON.parse(text));
}

const sheet = (who: Tenant, runId: string, act = "", body?: object) =>
  api(who, `/api/runs/${runId}/effects${act && `/${act}`}`, body);

async function storyTitles(who: Tenant): Promise<string[]> {
  const { result } = await executed(who, {
    code: "export default (await stories.search()).map(({ title }) => title);",
    capabilities: ["stories.search"],
  });
  return (result as string[]).toSorted();
}

const withScopes = (name: string, scopes: readonly Scope[]) =>
  createPerson(name, { workspaceId: ana.workspaceId, scopes });

describe("POST /api/code/execute", () => {
  it("runs a program with its context, and in auto writes at once", async () => {
    const answer = await executed(ana, {
      code: 'const made = await stories.create({ title: context.title });\nconsole.log("made");\nexport default made.status;',
      ...{ capabilities: ["stories.*"], mode: "auto", context: { title: "Auto" } },
    });
    expect(answer).toMatchObject({ success: true, stdout: "made\n", result: "todo" });
    expect(answer.effects).toEqual({
      ...{ state: "applied", count: 1, unchanged: 0, remembered: 0 },
      url: `/api/runs/${answer.runId}/effects`,
    });
    expect(await storyTitles(ana)).toContain("Auto");
  });

  it("in review leaves its writes on the sheet, which the program itself reads", async () => {
    const answer = await executed(ana, {
      code: 'await stories.create({ title: "Waits" });\nexport default (await stories.search({ text: "waits" })).length;',
      capabilities: ["stories.create", "stories.search"],
    });
    expect(answer).toMatchObject({ success: true, result: 1, effects: { state: "open", count: 1 } });
    expect(await storyTitles(ana)).not.toContain("Waits");
  });

  it("takes several files, and answers at once where that is preferred", async () => {
    const body = {
      files: { "main.ts": 'import { two } from "./two.ts";\nexport default two;', "two.ts": "export const two = 2;" },
      ...{ entry: "main.ts", capabilities: [] },
    };
    expect(await executed(ana, body)).toMatchObject({ result: 2, effects: { state: "empty", count: 0 } });
    const accepted = await post(ana, body, { prefer: "respond-async" });
    expect(accepted.status).toBe(202);
    const { runId } = (await accepted.json()) as { runId: string };
    const run = async () => (await (await api(ana, `/api/runs/${runId}`)).json()) as { state: string; result: unknown };
    expect(await until(run, ({ state }) => state === "succeeded")).toMatchObject({ result: 2 });
  });

  it("gives the program nothing that its manifest does not name, and no more writes than it says", async () => {
    const ungranted = await executed(ana, {
      code: "await stories.create({ title: 'x' });",
      capabilities: ["stories.search"],
    });
    expect(ungranted).toMatchObject({ success: false, error: { name: "NotGrantedError" }, effects: { count: 0 } });
    const other = await executed(ana, { code: "await blockers.list({});", capabilities: ["stories.search"] });
    expect(other.error).toMatchObject({ message: expect.stringContaining("blockers.list is not granted"), line: 1 });
    const many = await executed(ana, {
      code: "for (;;) await stories.create({ title: 'x' });",
      ...{ capabilities: ["stories.create"], writesMax: 2 },
    });
    expect(many).toMatchObject({ success: false, error: { name: "LimitError" }, effects: { state: "open", count: 2 } });
  });

  it("names what is wrong with a request", async () => {
    const wrong: readonly [object, RegExp][] = [
      [
        { code: "1", capabilities: ["stories.burn", "stories.*"] },
        /capabilities\.0.*stories\.burn is no capability; known are stories\.findByKey/,
      ],
      [{ code: "1", capabilities: ["Stories"] }, /capabilities\.0.*must look like stories\.update or stories\.\*/],
      [{ code: "1" }, /capabilities/],
      [{ capabilities: [] }, /give either code or files/],
      [{ code: " ", capabilities: [] }, /code.*is empty/],
      [{ code: "1", capabilities: [], mode: "now" }, /mode/],
      [{ code: "1", capabilities: [], writesMax: 1_001 }, /writesMax/],
      [{ code: "1", capabilities: [], context: "x".repeat(100_001) }, /context.*100000 characters/],
      [{ code: "1", capabilities: [], meetingId: `mtg_${"0".repeat(32)}` }, /meetingId.*no meeting of your workspace/],
      [{ code: "1", capabilities: ["http.get"], origins: ["https://example.com"] }, /RUNYARD_FETCH_ORIGINS/],
      [{ code: "1", capabilities: [], language: "python" }, /language.*not a known field/],
    ];
    for (const [body, message] of wrong) {
      const answer = await post(ana, body);
      expect(answer.status, JSON.stringify(body).slice(0, 200)).toBe(422);
      expect(JSON.stringify((await problemOf(answer)).errors)).toMatch(message);
    }
  });

  it("lets a token call only what its scopes read and write, also when it runs an earlier program again", async () => {
    const reader = await withScopes("reader", ["code:run", "items:read", "runs:write"]);
    const writes = { code: "await stories.create({ title: 'no' });", capabilities: ["stories.create"], mode: "auto" };
    expect(await executed(reader, { code: "await stories.search();", capabilities: ["stories.search"] })).toMatchObject(
      {
        success: true,
      },
    );
    const refused = await post(reader, writes);
    expect(refused.status).toBe(403);
    expect((await problemOf(refused)).detail).toMatch(/^stories\.create is not allowed\. .*items:write/);
    const { runId } = await executed(ana, writes);
    const retried = await api(reader, `/api/runs/${runId}/retry`, {});
    expect(retried.status).toBe(403);
    const runner = await withScopes("runner", ["code:run"]);
    expect((await post(runner, { code: "1", capabilities: [] })).status).toBe(200);
    expect((await post(runner, { code: "1", capabilities: ["stories.search"] })).status).toBe(403);
  });
});

describe("/api/runs/{id}/effects", () => {
  const TWO = {
    code: 'await stories.create({ title: "One" });\nawait stories.create({ title: "Two" });',
    capabilities: ["stories.create"],
  };

  it("shows each write with its line; edits one, rejects one, applies the rest and undoes it", async () => {
    const { runId } = await executed(ana, TWO);
    const shown = await sheetOf(await sheet(ana, runId));
    expect(shown.state).toBe("open");
    expect(shown.effects).toMatchObject([
      { number: 1, line: 1, label: "One", capability: "stories.create", action: "create", decision: "pending" },
      { number: 2, line: 2, label: "Two", before: null, changes: { title: "Two" }, outcome: "none" },
    ]);
    await sheetOf(
      await sheet(ana, runId, "decisions", { effects: [1], decision: "approved", edited: { title: "Uno", points: 5 } }),
    );
    const decided = await sheetOf(await sheet(ana, runId, "decisions", { effects: [2], decision: "rejected" }));
    expect(decided.effects).toMatchObject([
      { decision: "approved", edited: { title: "Uno", points: 5 }, decided: { by: "tok_ana" } },
      { decision: "rejected" },
    ]);
    const applied = await sheetOf(await sheet(ana, runId, "apply", {}));
    expect(applied).toMatchObject({ state: "applied", effects: [{ outcome: "applied" }, { outcome: "none" }] });
    expect(await storyTitles(ana)).toContain("Uno");
    expect((await problemOf(await sheet(ana, runId, "decisions", { effects: [1], decision: "rejected" }))).code).toBe(
      "effect-settled",
    );
    const undone = await sheetOf(await sheet(ana, runId, "undo", {}));
    expect(undone).toMatchObject({ state: "undone", effects: [{ outcome: "undone", undone: { by: "tok_ana" } }, {}] });
    expect(await storyTitles(ana)).not.toContain("Uno");
    expect((await problemOf(await sheet(ana, runId, "undo", {}))).code).toBe("nothing-to-do");
  });

  it("shows what somebody else has changed between the program and its application, and writes nothing over it", async () => {
    const change = (points: number, mode: string) => ({
      code: "await stories.update({ key: 'DRIFT-1', points: context.points });",
      ...{ capabilities: ["stories.update"], mode, context: { points } },
    });
    await executed(ana, {
      code: "await stories.create({ key: 'DRIFT-1', title: 'Drifts' });",
      ...{ capabilities: ["stories.create"], mode: "auto" },
    });
    const { runId } = await executed(ana, change(3, "review"));
    await executed(ana, change(8, "auto"));
    await sheetOf(await sheet(ana, runId, "decisions", { decision: "approved" }));
    const drifted = await sheetOf(await sheet(ana, runId, "apply", {}));
    expect(drifted).toMatchObject({
      state: "open",
      effects: [{ outcome: "drifted", decision: "pending", drift: { version: 2, fields: { points: 8 } } }],
    });
    await sheetOf(await sheet(ana, runId, "decisions", { decision: "approved" }));
    expect(await sheetOf(await sheet(ana, runId, "apply", {}))).toMatchObject({ state: "applied" });
  });

  it("gives two who apply at once one answer after the other, and writes once", async () => {
    const { runId } = await executed(ana, { ...TWO, code: 'await stories.create({ title: "Once" });' });
    await sheetOf(await sheet(ana, runId, "decisions", { decision: "approved" }));
    const answers = await Promise.all([sheet(ana, runId, "apply", {}), sheet(ana, runId, "apply", {})]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    expect((await storyTitles(ana)).filter((title) => title === "Once")).toHaveLength(1);
  });

  it("names what is wrong with a decision", async () => {
    const { runId } = await executed(ana, TWO);
    const wrong: readonly [object, RegExp][] = [
      [{ decision: "perhaps" }, /decision/],
      [{ decision: "approved", effects: [] }, /names no effect/],
      [{ decision: "approved", effects: [3] }, /3 is not the number of an effect/],
      [{ decision: "approved", edited: { title: "Both" } }, /must name one effect/],
      [{ decision: "approved", effects: [1], edited: { status: "gone" } }, /edited\.status/],
      [{ decision: "approved", effects: [1], edited: { color: "red" } }, /edited\.color/],
    ];
    for (const [body, message] of wrong) {
      const answer = await sheet(ana, runId, "decisions", body);
      expect(answer.status, JSON.stringify(body)).toBe(422);
      expect(JSON.stringify((await problemOf(answer)).errors)).toMatch(message);
    }
  });

  it("keeps what a program wrote before it failed, and takes it back", async () => {
    const answer = await executed(ana, {
      code: 'await stories.create({ title: "Half" });\nthrow new Error("enough");',
      ...{ capabilities: ["stories.create"], mode: "auto" },
    });
    expect(answer).toMatchObject({
      success: false,
      error: { message: "enough" },
      effects: { state: "applied", count: 1 },
    });
    expect(await sheetOf(await sheet(ana, answer.runId, "undo", {}))).toMatchObject({ state: "undone" });
    expect(await storyTitles(ana)).not.toContain("Half");
  });

  it("shows and changes nothing of another workspace", async () => {
    const { runId } = await executed(ana, TWO);
    for (const act of ["", "decisions", "apply", "undo"]) {
      const answer = await sheet(bo, runId, act, act ? { decision: "approved" } : undefined);
      expect(answer.status, act).toBe(404);
    }
  });
});

describe("the examples of the capabilities", () => {
  /** What an example needs to be there; http.get is tried in test/browser/grants.test.ts, where a server can be reached. */
  const BEFORE: Readonly<Record<string, string>> = {
    "stories.update": 'await stories.create({ key: "RUN-12", title: "Login" });',
    "blockers.resolve": 'await blockers.create({ title: "No database" });\nconst open = await blockers.list();',
    "actionItems.complete": 'await actionItems.create({ title: "Write" });\nconst mine = await actionItems.list();',
  };

  it.each(CODE_CAPABILITY_NAMES.filter((name) => name !== "http.get"))("%s runs as it is written", async (name) => {
    const tenant = await createTenant(`example-${name}`);
    const meetingId = name.startsWith("meetings.") ? await addMeeting(tenant) : null;
    const answer = await executed(tenant, {
      code: `${BEFORE[name] ?? ""}\n${CODE_CAPABILITIES[name].example}`,
      capabilities: [name.replace(/\..*/, ".*"), "actionItems.*"],
      meetingId,
    });
    expect(answer.error).toBeNull();
    expect(answer.effects.count).toBe(
      (CODE_CAPABILITIES[name].access === "write" ? 1 : 0) + (BEFORE[name] === undefined ? 0 : 1),
    );
  });
});

async function addMeeting(tenant: Tenant): Promise<string> {
  const added = await api(tenant, "/api/meetings", { transcript: "Ana: Let us begin.", title: "Weekly" });
  return meetingAddedSchema.parse(await added.json()).id;
}
