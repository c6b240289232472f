/** Programs of code mode against a real database: what they read and write, and what becomes of their sheet. */
import { env as bindings } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Env } from "../../durable-objects/env.ts";
import { applySheet } from "../../worker/actions/fork-run.ts";
import { CODE_CAPABILITY_NAMES } from "../../worker/capabilities/code/declarations.ts";
import { dependenciesOf } from "../../worker/dependencies.ts";
import type { CodeGrants } from "../../worker/domain/code-grants.ts";
import type { EffectSheet } from "../../worker/domain/effect-sheet.ts";
import type { Result } from "../../worker/domain/errors.ts";
import type { ForkRequest } from "../../worker/domain/fork.ts";
import { NO_GRANTS } from "../../worker/domain/grants.ts";
import { newId } from "../../worker/domain/ids.ts";
import { meetingAddedSchema } from "../../worker/domain/meeting.ts";
import type { Principal } from "../../worker/domain/principal.ts";
import { DEFAULT_LIMITS } from "../../worker/domain/program.ts";
import type { ExecutionSpec } from "../../worker/domain/run-spec.ts";
import { historyOf, itemsOfMeeting, listItems } from "../../worker/store/items.ts";
import { systemClock, systemRandom } from "../../worker/system-ports.ts";
import { api, createTenant, freshDatabase, type Tenant, until } from "../support/workerd.ts";

const TRANSCRIPT = `Ana Silva: RUN-12 is finished, I merged it yesterday.
Bo Chen: Great. We still need an export as CSV, that is maybe three points.
Ana Silva: I will write to the bank about the statement format.
Bo Chen: Fine. RUN-13 is blocked by the staging database.
Ana Silva: So we ship on Friday.`;

const PROGRAM = `
const { participants } = await meetings.current();
await stories.create({ key: "RUN-12", title: "Statements", status: "done", evidence: { quote: "RUN-12 is finished" } });
const csv = await stories.create({ title: "Export as CSV", points: 3, evidence: { quote: "We still need an export as CSV" } });
await actionItems.create({ title: "Write to the bank", owner: "Ana", evidence: { quote: "I will write to the bank" } });
await blockers.create({ title: "No staging database", story: "RUN-13", evidence: { quote: "blocked by the staging database" } });
await stories.update({ key: "RUN-12", points: 5, evidence: { quote: "I merged it yesterday" } });
const found = await stories.search({ text: "csv" });
export default { participants, found: found.map(({ title }) => title), csv: csv.id, greeting: context.greeting };
`;

let kim: Tenant;
let meetingId: string;
const { db, executor } = dependenciesOf(bindings as unknown as Env);

beforeEach(async () => {
  await freshDatabase();
  kim = await createTenant("kim");
  const added = await api(kim, "/api/meetings", { transcript: TRANSCRIPT, title: "Planning" });
  meetingId = meetingAddedSchema.parse(await added.json()).id;
});

async function run(code: string, grants: Partial<CodeGrants> = {}, id = newId("run", systemClock, systemRandom)) {
  const spec: ExecutionSpec = {
    ...{ id, workspaceId: kim.workspaceId, kind: "execution", title: "test", lane: "test", priority: "normal" },
    ...{ createdBy: "usr_test", retryOf: null, expiresAt: null, seed: "1", limits: DEFAULT_LIMITS },
    grants: {
      ...NO_GRANTS,
      code: {
        ...{ capabilities: CODE_CAPABILITY_NAMES, writesMax: 100, mode: "review", meetingId },
        context: { greeting: "hello" },
        ...grants,
      },
    },
    program: { language: "typescript", entry: "main.ts", files: { "main.ts": code }, stdin: "", args: [] },
  };
  const answer = await executor(id).execute(spec);
  if (!answer.ok) throw new Error(answer.detail);
  return { id, ...answer.value };
}

function sheetOf(answer: Result<EffectSheet>): EffectSheet {
  if (!answer.ok) throw new Error(`${answer.code}: ${answer.detail}`);
  return answer.value;
}

describe("a program of code mode", () => {
  it("reads its own writes in review, and stores nothing", async () => {
    const { id, run: detail } = await run(PROGRAM);
    expect(detail.error).toBeNull();
    expect(detail.result).toMatchObject({
      participants: ["Ana Silva", "Bo Chen"],
      found: ["Export as CSV"],
      greeting: "hello",
    });
    const { entries } = sheetOf(await executor(id).effectSheet());
    expect(entries.map(({ effect }) => [effect.action, effect.kind, effect.line])).toEqual([
      ["create", "story", 3],
      ["create", "story", 4],
      ["create", "action-item", 5],
      ["create", "blocker", 6],
      ["update", "story", 7],
    ]);
    expect(entries[2]!.effect).toMatchObject({
      changes: { owner: "Ana Silva" },
      evidence: { speaker: "Ana Silva", utterance: 2, quote: "I will write to the bank" },
    });
    expect(entries[4]!.effect.dependsOn).toEqual([1]);
    expect(await listItems(db, kim.workspaceId, {})).toEqual([]);
  });

  it("applies what was approved, with its edits, and undoes it", async () => {
    const { id } = await run(PROGRAM);
    const object = executor(id);
    sheetOf(await object.decideEffects({ decision: "approved" }, "usr_ana"));
    sheetOf(await object.decideEffects({ effects: [2], decision: "approved", edited: { points: 8 } }, "usr_ana"));
    sheetOf(await object.decideEffects({ effects: [4], decision: "rejected" }, "usr_ana"));
    const applied = sheetOf(await object.applyEffects("usr_bo"));
    expect(applied.entries.map(({ outcome }) => outcome)).toEqual(["applied", "applied", "applied", "none", "applied"]);
    const stored = await itemsOfMeeting(db, kim.workspaceId, meetingId);
    expect(stored.map(({ fields }) => fields.title).sort()).toEqual([
      "Export as CSV",
      "Statements",
      "Write to the bank",
    ]);
    const statements = stored.find(({ fields }) => fields.title === "Statements")!;
    expect(statements).toMatchObject({ version: 2, fields: { points: 5, status: "done" } });
    expect(stored.find(({ fields }) => fields.title === "Export as CSV")).toMatchObject({ fields: { points: 8 } });
    expect(await historyOf(db, kim.workspaceId, statements.id)).toMatchObject([
      { version: 1, cause: "run", runId: id, line: 3, madeBy: "usr_ana", before: null },
      { version: 2, cause: "run", runId: id, line: 7 },
    ]);
    const undone = sheetOf(await object.undoEffects("usr_ana"));
    expect(undone.entries.map(({ outcome }) => outcome)).toEqual(["undone", "undone", "undone", "none", "undone"]);
    expect(await listItems(db, kim.workspaceId, {})).toEqual([]);
  });

  it("makes nothing twice when the meeting is processed again", async () => {
    const first = await run(PROGRAM, { mode: "auto" });
    expect(first.run.error).toBeNull();
    const before = await listItems(db, kim.workspaceId, {});
    expect(before).toHaveLength(4);
    const again = await run(PROGRAM, { mode: "auto" });
    expect(again.run.error).toBeNull();
    expect(await listItems(db, kim.workspaceId, {})).toEqual(before);
    expect(sheetOf(await executor(again.id).effectSheet())).toMatchObject({ entries: [], unchanged: 5 });
  });

  it("is refused quotes that nobody said, people whom nobody named, and what it was not granted", async () => {
    const reasons = async (code: string, grants: Partial<CodeGrants> = {}) => (await run(code, grants)).run.error;
    expect(
      await reasons('await decisions.create({ title: "x", evidence: { quote: "we will never ship" } })'),
    ).toMatchObject({
      name: "EvidenceError",
      line: 1,
    });
    expect(
      await reasons('await blockers.create({ title: "x", owner: "Zoe", evidence: { quote: "So we ship on Friday" } })'),
    ).toMatchObject({ name: "UnknownPersonError" });
    expect(await reasons("await stories.search({})", { capabilities: ["blockers.list"] })).toMatchObject({
      name: "NotGrantedError",
      message: 'stories.search is not granted to this program: add "stories.search" to its capabilities',
      line: 1,
    });
    const many =
      'for (let i = 0; i < 9; i++) await stories.create({ title: "n" + i, evidence: { quote: "So we ship on Friday" } });';
    expect(await reasons(many, { writesMax: 3 })).toMatchObject({ name: "LimitError" });
  });

  it("keeps what an automatic run wrote before it threw, to be undone", async () => {
    const { id, run: detail } = await run(`${PROGRAM}\nthrow new Error("half way");`, { mode: "auto" });
    expect(detail.state).toBe("failed");
    expect(sheetOf(await executor(id).effectSheet()).entries).toHaveLength(5);
    sheetOf(await executor(id).undoEffects("usr_ana"));
    expect(await listItems(db, kim.workspaceId, {})).toEqual([]);
  });

  it("shows what was changed by others between the dry run and its application", async () => {
    await run('await stories.create({ key: "RUN-1", title: "Old", evidence: { quote: "So we ship on Friday" } });', {
      mode: "auto",
    });
    const update =
      'await stories.update({ key: "RUN-1", status: "done", evidence: { quote: "So we ship on Friday" } });';
    const { id } = await run(update);
    await run('await stories.update({ key: "RUN-1", points: 2, evidence: { quote: "So we ship on Friday" } });', {
      mode: "auto",
    });
    await executor(id).decideEffects({ decision: "approved" }, "usr_ana");
    const drifted = sheetOf(await executor(id).applyEffects("usr_ana"));
    expect(drifted.entries[0]).toMatchObject({
      outcome: "drifted",
      decision: "pending",
      drift: { item: { version: 2 } },
    });
    await executor(id).decideEffects({ decision: "approved" }, "usr_ana");
    expect(sheetOf(await executor(id).applyEffects("usr_ana")).entries[0]).toMatchObject({ outcome: "applied" });
    expect(await listItems(db, kim.workspaceId, {})).toMatchObject([{ fields: { status: "done", points: 2 } }]);
  });

  it("is forked at a host call with another answer, and with another program", async () => {
    const { id } = await run(PROGRAM);
    const fork = async (request: ForkRequest) => {
      const forkId = newId("run", systemClock, systemRandom);
      const spec = await executor(id).forkSpec({ ...request, id: forkId, createdBy: "usr_test" });
      if (!spec.ok) throw new Error(spec.detail);
      const answer = await executor(forkId).execute(spec.value);
      if (!answer.ok) throw new Error(answer.detail);
      return { sheet: sheetOf(await executor(forkId).effectSheet()), ...answer.value };
    };
    const before = sheetOf(await executor(id).effectSheet());
    const other = await fork({ call: 0, answer: { participants: ["Zoe"] } });
    expect(other.run).toMatchObject({
      state: "succeeded",
      forkOf: { of: id, call: 0 },
      result: { participants: ["Zoe"] },
    });
    const late = await fork({ call: 5, error: { name: "RejectedError", message: "no" } });
    expect(late.run.error).toMatchObject({ name: "RejectedError", line: 7 });
    expect(late.sheet.entries.map(({ effect }) => effect)).toEqual(
      before.entries.slice(0, 4).map(({ effect }) => effect),
    );
    const changed = await fork({ files: { "main.ts": PROGRAM.replace("points: 5", "points: 13") } });
    expect(changed.sheet.entries.map(({ effect }) => effect.itemId)).toEqual(
      before.entries.map(({ effect }) => effect.itemId),
    );
    expect(changed.sheet.entries[4]!.effect.changes).toEqual({ points: 13 });
    expect(await executor(changed.run.id).replay()).toMatchObject({ ok: true, value: { identical: true } });
  });

  it("runs again without what was rejected, where the program has built on it", async () => {
    const { id } = await run(`
      const story = await stories.create({ title: "Export as CSV", evidence: { quote: "We still need an export as CSV" } });
      await decisions.create({ title: "Ship on Friday", evidence: { quote: "So we ship on Friday" } });
      const found = await stories.search({ text: "export" });
      await actionItems.create({ title: "Plan " + found.length, evidence: { quote: "I will write to the bank" } });`);
    const principal = { id: "usr_kim", workspaceId: kim.workspaceId } as Principal;
    const apply = async (runId: string) => {
      const answer = await applySheet(dependenciesOf(bindings as unknown as Env), principal, runId);
      if (!answer.ok) throw new Error(answer.detail);
      return answer.value;
    };
    await executor(id).decideEffects({ decision: "approved" }, "usr_kim");
    await executor(id).decideEffects({ effects: [1], decision: "rejected" }, "usr_kim");
    const again = await apply(id);
    if (again.type !== "run-again") throw new Error("nothing depends on it");
    expect(again.without).toBe(1);
    expect(await listItems(db, kim.workspaceId, {})).toEqual([]);
    expect(await executor(id).applyEffects("usr_kim")).toMatchObject({ code: "sheet-superseded" });
    const ended = async () => (await executor(again.run.id).describe())!.finishedAt;
    await until(ended, (at) => at !== null);
    const sheet = sheetOf(await executor(again.run.id).effectSheet());
    expect(sheet.entries.map(({ effect, decision }) => [effect.changes["title"], decision])).toEqual([
      ["Export as CSV", "rejected"],
      ["Ship on Friday", "approved"],
      ["Plan 0", "pending"],
    ]);
    await executor(again.run.id).decideEffects({ effects: [3], decision: "approved" }, "usr_kim");
    expect(await apply(again.run.id)).toMatchObject({ type: "applied" });
    const titles = (await listItems(db, kim.workspaceId, {})).map(({ fields }) => fields.title);
    expect(titles.sort()).toEqual(["Plan 0", "Ship on Friday"]);
  });

  it("replays identically", async () => {
    const { id } = await run(PROGRAM);
    expect(await executor(id).replay()).toMatchObject({ ok: true, value: { identical: true } });
  });
});
