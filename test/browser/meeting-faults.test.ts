/**
 * What a killed server must not cost a meeting that it processes: a second call of a model whose answer was kept, a write
 * made twice, or a part of the sheet. And what a program that is hard to check must not cost everybody else.
 */
import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BudgetList } from "../../worker/domain/budget.ts";
import type { ShownEffectSheet } from "../../worker/domain/effect-sheet-schema.ts";
import type { MeetingAdded } from "../../worker/domain/meeting.ts";
import type { MeetingRun } from "../../worker/domain/meeting-run.ts";
import type { RunDetail } from "../../worker/domain/run.ts";
import { openStoppedDatabase, watchDatabase } from "../support/product/database-file.ts";
import { Product } from "../support/product/server-process.ts";
import { anthropicProtocol } from "../support/providers/anthropic.ts";
import { KEY } from "../support/providers/protocol.ts";
import { StreamClient, type StreamEvent } from "../support/stream-client.ts";

/** Of a machine that is busy with other things: a start alone takes ten times as long there. */
const PATIENCE_MS = 180_000;

const WRITES = 12;
/** Slow enough to be killed in the midst of its writes. */
const PROGRAM = `
for (let part = 1; part <= ${WRITES}; part++) {
  await stories.create({ title: "Part " + part, evidence: { quote: "We split the work into parts", utterance: 0 } });
  await new Promise((done) => setTimeout(done, 250));
}
export default ${WRITES};`;

/** Types without an end, which the checker gives up when all of its fuel is used. */
const ENDLESS = Array.from(
  { length: 600 },
  (_, at) =>
    `type T${at}<L extends any[]> = L["length"] extends 900 ? L : T${at}<[...L, ${at}]>; const t${at} = [] as T${at}<[]>;`,
).join("\n");

/** Ends after its first write; what would mend it is asked for then. */
const THROWS = `
await stories.create({ title: "Before the end", evidence: { quote: "We split the work into parts", utterance: 0 } });
for (let turn = 0; turn < 100_000; turn++);
throw new Error("half way");`;

/** What the model answers to a transcript that says so. */
const PROGRAMS = {
  ...{ auto: PROGRAM, review: PROGRAM, endless: ENDLESS, throws: THROWS },
  ...{ "to-stop": THROWS, "to-raise": THROWS, "to-finish": THROWS },
};
type Name = keyof typeof PROGRAMS;
const WAITING = ["to-stop", "to-raise", "to-finish"] as const;

/** What mends a program that threw. */
const MENDED = "export default 7;";
/** What an answer costs: 10 fresh tokens, 60 cached, 30 written to the cache, 50 out. */
const ANSWER_COST = { "claude-sonnet-5": 0.000607, "claude-haiku-4-5": 0.000304 };

/** Calls of the model, by the program that they are about. */
const asked: Name[] = [];
/** Whether the model stops in the midst of its answer. */
let isWriting = false;
/** Whether the model says nothing to a program that threw; else it refuses to mend one. */
let isStalling = false;
/** Nobody whose budget is to be set meanwhile is answered before. */
let answersMayCome: Promise<void> = Promise.resolve();
let model: Server;
let product: Product;

beforeAll(async () => {
  model = createServer(async (request, response) => {
    const about = await text(request);
    const name = (Object.keys(PROGRAMS) as Name[]).find((each) => about.includes(`Written as ${each}.`))!;
    asked.push(name);
    const isMending = about.includes("ran, and threw");
    if (isMending && isStalling) return;
    if (isMending && name === "throws") {
      response.writeHead(400, { "content-type": "application/json" });
      return void response.end(
        JSON.stringify({ type: "error", error: { type: "invalid_request_error", message: "no" } }),
      );
    }
    if (name.startsWith("to-")) await answersMayCome;
    const program = isMending ? MENDED : PROGRAMS[name];
    const frames = anthropicProtocol.frames({ pieces: [`\`\`\`ts\n${program}\n\`\`\``] });
    response.writeHead(200, { "content-type": "text/event-stream" });
    if (isWriting) response.write(frames.slice(0, -3).join(""));
    else response.end(frames.join(""));
  });
  await new Promise<void>((resolve) => model.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${(model.address() as AddressInfo).port}`;
  product = await Product.start({
    isGroup: true,
    variables: { ANTHROPIC_API_KEY: KEY, ANTHROPIC_BASE_URL: baseUrl },
  });
});

afterAll(async () => {
  model?.closeAllConnections();
  model?.close();
  await product?.stop();
});

async function read<T>(path: string, body?: object): Promise<T> {
  const answer = await product.api(path, body);
  expect(answer.ok, `${path}: ${await answer.clone().text()}`).toBe(true);
  return (await answer.json()) as T;
}

async function until<T>(look: () => Promise<T>, isThere: (seen: T) => boolean): Promise<T> {
  let seen = await look();
  for (const start = Date.now(); !isThere(seen) && Date.now() - start < PATIENCE_MS; seen = await look()) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(isThere(seen), JSON.stringify(seen)?.slice(0, 2_000)).toBe(true);
  return seen;
}

async function begin(name: Name): Promise<{ readonly meetingId: string; readonly runId: string }> {
  const transcript = `Dana: We split the work into parts. Written as ${name}.`;
  const { id: meetingId } = await read<MeetingAdded>("/api/meetings", { transcript, title: name });
  const { runId } = await read<{ runId: string }>(`/api/meetings/${meetingId}/process-v2`, {
    mode: name === "auto" ? "auto" : "review",
  });
  return { meetingId, runId };
}

async function eventsOf(runId: string): Promise<readonly StreamEvent[]> {
  const headers = { authorization: `Bearer ${product.credentials.apiToken}` };
  const client = new StreamClient({ url: product.url, runId, headers });
  await client.ended;
  return client.events;
}

const sheetOf = (runId: string) => read<ShownEffectSheet>(`/api/runs/${runId}/effects`);
const count = ({ effects }: ShownEffectSheet, outcome: string) =>
  effects.filter((effect) => effect.outcome === outcome).length;

/** What the database has, looked at while nobody serves it. */
function stored(sql: string): number {
  const database = openStoppedDatabase(product.stateFolder);
  const row = database.prepare(sql).get() as { count: number };
  database.close();
  return row.count;
}

const ITEMS = "SELECT count(*) AS count FROM items WHERE title LIKE 'Part %'";
const CHANGES = "SELECT count(*) AS count FROM item_changes WHERE after LIKE '%Part %'";

describe("a program whose types never end", () => {
  it("is checked beside the server, which answers everybody else meanwhile", async () => {
    const { runId } = await begin("endless");
    const answeredAt: number[] = [];
    await until(
      async () => {
        const { state } = await read<RunDetail>(`/api/runs/${runId}`);
        answeredAt.push(Date.now());
        return state;
      },
      (state) => state === "succeeded",
    );
    const events = await eventsOf(runId);
    const [from, to] = ["step-start", "step-end"].map((type) =>
      Date.parse(events.find((event) => event.type === type && event.step === "check")!.at),
    ) as [number, number];
    expect(answeredAt.filter((at) => at > from && at < to).length, `in ${to - from} ms`).toBeGreaterThan(5);
    const log = await (await product.api(`/api/runs/${runId}/log.txt`)).text();
    expect(log).toContain("The types were not checked: The types take too much work");
  });
});

describe("kill -9 while a meeting is processed", { timeout: 2 * PATIENCE_MS }, () => {
  it("pays once for each answer that was kept, writes nothing twice, and loses nothing of the sheet", async () => {
    asked.length = 0;
    isWriting = true;
    const begun = [await begin("auto"), await begin("review")];
    await until(
      async () => asked.length,
      (calls) => calls === 2,
    );
    await product.killGroup();
    isWriting = false;
    await product.start();

    const [auto, review] = begun.map(({ runId }) => runId) as [string, string];
    await until(
      () => Promise.all([sheetOf(auto), sheetOf(review)]),
      (sheets) => sheets.every(({ effects }) => effects.length >= 3),
    );
    await product.killGroup();
    const writtenBefore = stored(ITEMS);
    expect(writtenBefore).toBeGreaterThanOrEqual(3);
    expect(writtenBefore).toBeLessThan(WRITES);
    await product.start();

    for (const { meetingId, runId } of begun) {
      const { runs } = await until(
        () => read<{ runs: MeetingRun[] }>(`/api/meetings/${meetingId}/runs`),
        ({ runs: [first] }) => first?.finishedAt != null,
      );
      expect(runs).toMatchObject([{ runId, state: "succeeded", effects: WRITES, calls: [{ phase: "generate" }] }]);
      expect(await read(`/api/runs/${runId}`)).toMatchObject({ attempts: 3, result: WRITES });
    }
    expect(asked.toSorted()).toEqual(["auto", "auto", "review", "review"]);
    const sheets = [await sheetOf(auto), await sheetOf(review)] as const;
    expect(sheets.map(({ effects }) => effects.map(({ number }) => number))).toEqual(
      sheets.map(() => Array.from({ length: WRITES }, (_, at) => at + 1)),
    );
    expect([count(sheets[0], "applied"), count(sheets[1], "none")]).toEqual([WRITES, WRITES]);
    await product.killGroup();
    expect([stored(ITEMS), stored(CHANGES)]).toEqual([WRITES, WRITES]);
    await product.start();
  });

  it("has the receipt, the usage and the writes of a program that had ended before", async () => {
    asked.length = 0;
    isStalling = true;
    const { runId } = await begin("throws");
    await until(
      async () => asked.length,
      (calls) => calls === 2,
    );
    await product.killGroup();
    isStalling = false;
    await product.start();

    const run = await until(
      () => read<RunDetail>(`/api/runs/${runId}`),
      ({ finishedAt }) => finishedAt !== null,
    );
    expect(run).toMatchObject({ state: "failed", attempts: 2, error: { message: "half way", line: 4 } });
    expect(await (await product.api(`/api/runs/${runId}/log.txt`)).text()).toContain("It was not mended: ");
    expect(run.receipt).toMatchObject({ result: "threw", label: "verified", check: { result: "passed" } });
    expect(run.receipt!.fuel).toBe(run.usage!.fuel);
    expect(run.usage!.fuel).toBeGreaterThan(100_000);
    const code = JSON.stringify([["main.ts", `${THROWS}\n`]]);
    expect(run.receipt!.codeSha256).toBe(createHash("sha256").update(code).digest("hex"));
    expect((await sheetOf(runId)).effects).toMatchObject([{ changes: { title: "Before the end" } }]);
    expect(await read(`/api/runs/${runId}/replay`, {})).toMatchObject({ difference: null });
    expect(asked.length).toBe(3);
  });

  it("still has the choice about a budget that a run waits for, and counts money once whatever is chosen", async () => {
    asked.length = 0;
    const spent = async () => (await read<BudgetList>("/api/budgets")).spent.day;
    const spentBefore = await spent();
    let mayCome = () => {};
    answersMayCome = new Promise((resolve) => {
      mayCome = resolve;
    });
    const begun = await Promise.all(WAITING.map(begin));
    const runIds = begun.map(({ runId }) => runId);
    const runs = () => Promise.all(runIds.map((runId) => read<RunDetail>(`/api/runs/${runId}`)));
    const wait = () => until(runs, (all) => all.every(({ budgetWait }) => budgetWait !== null));
    await until(
      async () => asked.length,
      (calls) => calls === WAITING.length,
    );
    // What is under way fits no more, and the mending that follows does not, either.
    const budget = { subject: { kind: "run", id: "*" }, period: "always", limit: 0.05 };
    const headers = { authorization: `Bearer ${product.credentials.apiToken}`, "content-type": "application/json" };
    const set = await fetch(`${product.url}/api/budgets`, { method: "PUT", headers, body: JSON.stringify(budget) });
    expect(set.status).toBe(200);
    mayCome();
    const before = await wait();
    await product.killGroup();
    await product.start();

    const after = await wait();
    const waited = ({ budgetWait }: RunDetail) => [budgetWait?.budget, budgetWait?.leftMicros];
    expect(after.map(waited)).toEqual(before.map(waited));
    expect(asked.toSorted()).toEqual(WAITING.toSorted());
    const choices = [{ decision: "stop" }, { decision: "raise", by: 1 }, { decision: "finish-cheaply" }];
    for (const [at, choice] of choices.entries()) await read(`/api/runs/${runIds[at]}/budget-decision`, choice);
    const ended = await until(runs, (all) => all.every(({ finishedAt }) => finishedAt !== null));
    const sonnet = ANSWER_COST["claude-sonnet-5"];
    expect(ended.map(({ state, cost }) => [state, cost])).toEqual([
      ["cancelled", sonnet],
      ["succeeded", 2 * sonnet],
      ["succeeded", sonnet + ANSWER_COST["claude-haiku-4-5"]],
    ]);
    expect(asked.length).toBe(5);
    const all = 4 * sonnet + ANSWER_COST["claude-haiku-4-5"];
    // What calls cost is told together, some milliseconds later.
    await expect.poll(spent).toBeCloseTo(spentBefore + all, 9);
  });

  it("finishes the application of a sheet that it was cut in, and its undoing", async () => {
    const code = `for (let part = 1; part <= 1000; part++) await stories.create({ title: "Piece " + part });`;
    const capabilities = ["stories.*"];
    const { runId } = await read<{ runId: string }>("/api/code/execute", { code, capabilities, mode: "review" });
    await read(`/api/runs/${runId}/effects/decisions`, { decision: "approved" });
    const pieces = "SELECT count(*) AS count FROM items WHERE title LIKE 'Piece %'";
    /** Kills in the midst of it. @returns how many items there are then */
    const cut = async (action: "apply" | "undo") => {
      const database = watchDatabase(product.stateFolder);
      const look = database.prepare(pieces);
      const isCut = ({ count }: { count: number }) => count > 0 && count < 1_000;
      const lost = product.api(`/api/runs/${runId}/effects/${action}`, {}).catch(() => null);
      await until(
        async () => look.get() as { count: number },
        (row) => isCut(row),
      );
      await product.killGroup();
      database.close();
      await lost;
      const left = stored(pieces);
      await product.start();
      return left;
    };

    expect(await cut("apply")).toBeLessThan(1_000);
    await read(`/api/runs/${runId}/effects/decisions`, { decision: "approved" });
    const applied = await sheetOf(runId);
    expect([applied.effects.length, count(applied, "applied")]).toEqual([1_000, 1_000]);
    expect(await cut("undo")).toBeGreaterThan(0);
    expect(await (await product.api(`/api/runs/${runId}/effects/undo`, {})).json()).toMatchObject({
      code: "nothing-to-do",
    });
    expect(count(await sheetOf(runId), "undone")).toBe(1_000);
    await product.killGroup();
    expect(stored(pieces)).toBe(0);
    const made = "SELECT count(*) AS count FROM item_changes WHERE kind = 'story' AND after LIKE '%Piece %'";
    expect(stored(made)).toBe(1_000);
  });
});
