import { beforeEach, describe, expect, it } from "vitest";
import { generatedLines } from "../support/generated-lines.ts";
import { api, browse, createTenant, freshDatabase, ORIGIN, request, type Tenant } from "../support/workerd.ts";

let ana: Tenant;

beforeEach(async () => {
  await freshDatabase();
  ana = await createTenant("ana");
});

const PARTIAL = { "hx-request": "true", "hx-request-type": "partial" };
const FORM = { language: "typescript", entry: "main.ts", stdin: "", args: "" };

interface GenerationEvent {
  readonly type: string;
  readonly text?: string;
  readonly message?: string;
  readonly program?: string;
  readonly isMock?: boolean;
}

async function generate(description: string, language = "typescript"): Promise<GenerationEvent[]> {
  const answer = await request("/playground/generations", {
    method: "POST",
    headers: { cookie: `runyard_session=${ana.session}`, origin: ORIGIN, "content-type": "application/json" },
    body: JSON.stringify({ description, language }),
  });
  expect(answer.status).toBe(200);
  return generatedLines(new TextDecoder().decode(await answer.arrayBuffer()));
}

describe("POST /playground/runs", () => {
  it("starts a run from the form and leads to it, or answers with its panel", async () => {
    const plain = await browse(ana, "/playground/runs", { ...FORM, code: "1 + 1" });
    expect(plain.status).toBe(303);
    expect(plain.headers.get("location")).toMatch(/^\/runs\/run_/);
    const files = JSON.stringify({ "main.ts": 'import "./b.ts"', "b.ts": "console.log(1)" });
    const panel = await browse(ana, "/playground/runs", { ...FORM, files }, PARTIAL);
    expect(panel.status).toBe(200);
    expect(await panel.text()).toMatch(/<section id="run-panel"[^>]*data-run="run_/);
  });

  it("gives the form back with what was typed and what is wrong", async () => {
    const answer = await browse(ana, "/playground/runs", { ...FORM, code: "  ", stdin: "kept <b>", timeoutMs: "5" });
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page).toContain("nothing to run");
    expect(page).toContain("kept &lt;b&gt;");
    expect(page).toMatch(/name="timeoutMs"[^>]*value="5"[^>]*aria-invalid="true"/);
  });

  it("gives the form back in the language that it was sent in", async () => {
    const answer = await browse(ana, "/playground/runs", { ...FORM, language: "python", entry: "main.py", code: " " });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toMatch(/<option value="python" selected[\s\S]*name="entry"[^>]*value="main\.py"/);
  });

  it.each([
    ["files that are no JSON", { files: "{" }],
    ["files that are no object", { files: "[1]" }],
    ["a limit that is no number", { code: "1", fuel: "lots" }],
    ["an unknown language", { code: "1", language: "cobol" }],
    ["an origin that the operator does not allow", { code: "1", fetch: "https://api.example.com" }],
    ["an origin that is none", { code: "1", fetch: "api.example.com/x" }],
  ])("refuses %s with 422", async (_, form) => {
    const answer = await browse(ana, "/playground/runs", { ...FORM, ...form }, PARTIAL);
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain("error-summary");
  });
});

describe("GET /playground", () => {
  it("says that programs reach no network where the operator allows no origins", async () => {
    const page = await (await browse(ana, "/playground")).text();
    expect(page).toContain("Programs reach no network");
    expect(page).not.toContain('name="fetch"');
  });
});

describe("POST /playground/shares", () => {
  it("keeps a snapshot that everybody of the installation can open", async () => {
    const made = await browse(ana, "/playground/shares", { ...FORM, code: "// A shared one\n1", args: "a\nb" });
    expect(made.status).toBe(303);
    const bo = await createTenant("bo");
    const page = await browse(bo, made.headers.get("location") ?? "");
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("A shared one");
    expect((await browse(bo, "/p/000000000000")).status).toBe(404);
  });
});

describe("POST /api/execute with a page", () => {
  it("says where pages are shown, and what is executed", async () => {
    const answer = await api(ana, "/api/execute", { language: "html", code: "<p>" });
    expect(answer.status).toBe(422);
    const { errors } = (await answer.json()) as { errors: { path: string; message: string }[] };
    expect(errors).toEqual([{ path: "language", message: expect.stringMatching(/preview.*typescript, javascript/) }]);
  });
});

describe("forks", () => {
  const share = async (tenant: Tenant, form: Record<string, string>) =>
    (await browse(tenant, "/playground/shares", { ...FORM, ...form })).headers.get("location")!;
  const slugOf = (path: string) => path.slice("/p/".length);

  it("of a shared program are copies that keep and name their origin", async () => {
    const first = await share(ana, { code: "// The first" });
    const bo = await createTenant("bo");
    expect(await (await browse(bo, first)).text()).toContain(`href="/playground?share=${slugOf(first)}"`);
    const fork = await (await browse(bo, `/playground?share=${slugOf(first)}`)).text();
    expect(fork).toContain(`Forked from <a href="${first}">The first</a>`);
    expect(fork).toContain(`name="forkedFrom" value="share:${slugOf(first)}"`);
    const second = await share(bo, { code: "// The second", forkedFrom: `share:${slugOf(first)}` });
    expect(second).not.toBe(first);
    expect(await (await browse(ana, second)).text()).toContain(`Forked from <a href="${first}">The first</a>`);
    expect((await browse(bo, "/playground?share=000000000000")).status).toBe(404);
  });

  it("of a run load its program, input and limits, in its workspace alone", async () => {
    const made = await browse(ana, "/playground/runs", {
      ...FORM,
      code: "// A run\n1",
      stdin: "some input",
      args: "one\ntwo",
      timeoutMs: "4321",
    });
    const runId = made.headers.get("location")!.slice("/runs/".length);
    const fork = await (await browse(ana, `/playground?run=${runId}`)).text();
    expect(fork).toContain("// A run");
    expect(fork).toContain("some input");
    expect(fork).toContain("one\ntwo");
    expect(fork).toMatch(/name="timeoutMs"[^>]*value="4321"/);
    expect(fork).toContain(`Forked from <a href="/runs/${runId}">A run</a>`);
    const bo = await createTenant("bo");
    expect((await browse(bo, `/playground?run=${runId}`)).status).toBe(404);
    // Who opens the link learns that there was a run, and not which.
    const shared = await (await browse(bo, await share(ana, { code: "1", forkedFrom: `run:${runId}` }))).text();
    expect(shared).toContain("Forked from a run");
    expect(shared).not.toContain(runId);
  });

  it.each(["run:run_00000000000000000000000000000000", "share:0123456789abcdef", "javascript:alert(1)", "share:"])(
    "do not name an origin that is not there: %s",
    async (forkedFrom) => {
      const answer = await browse(ana, await share(ana, { code: "1", forkedFrom }));
      expect(answer.status).toBe(200);
      expect(await answer.text()).not.toContain("Forked from");
    },
  );

  it("and shares of pages keep all files", async () => {
    const files = JSON.stringify({ "index.html": "<title> A page </title>", "style.css": "p {}" });
    const page = await (await browse(ana, await share(ana, { language: "html", entry: "index.html", files }))).text();
    expect(page).toMatch(/<option value="html" selected/);
    expect(page).toContain("style.css");
    expect(page).toContain("A page");
  });
});

describe("GET /playground/history", () => {
  it("lists one's own runs, newest first, page by page", async () => {
    for (let index = 1; index <= 22; index++) {
      await browse(ana, "/playground/runs", { ...FORM, code: `// Run number ${index}.` });
    }
    const bo = await createTenant("bo");
    await browse(bo, "/playground/runs", { ...FORM, code: "// Not hers" });
    const first = await (await browse(ana, "/playground/history", undefined, PARTIAL)).text();
    const titles = (html: string) => [...html.matchAll(/Run number (\d+)\./g)].map((match) => Number(match[1]));
    expect(titles(first)).toEqual(Array.from({ length: 20 }, (_, index) => 22 - index));
    expect(first).not.toContain("Not hers");
    const more = /hx-get="([^"]+)"/.exec(first)![1]!;
    const second = await (await browse(ana, more, undefined, PARTIAL)).text();
    expect(titles(second)).toEqual([2, 1]);
    expect(second).not.toContain("hx-get");
    const page = await (await browse(ana, "/playground/history")).text();
    expect(page).toContain("<!doctype html>");
    expect(titles(page)).toHaveLength(20);
    expect((await browse(ana, "/playground/history?cursor=x")).status).toBe(400);
  });
});

describe("POST /playground/generations", () => {
  it("streams a program and says that the mock wrote it", async () => {
    const events = await generate("print the fibonacci numbers");
    const done = events.at(-1);
    expect(done).toMatchObject({ type: "done", isMock: true, provider: "mock" });
    const streamed = events.filter((event) => event.type === "text").map((event) => event.text);
    expect(streamed.length).toBeGreaterThan(1);
    expect(streamed.join("")).toBe(done?.program);
  });

  it.each([
    ["python", /^# [\s\S]*def fibonacci/],
    ["html", /^<!doctype html>/],
  ])("writes %s", async (language, start) => {
    expect((await generate("print the fibonacci numbers", language)).at(-1)?.program).toMatch(start);
  });

  it.each(["mock:429", "mock:529", "mock:no-credit", "mock:cut"])(
    "tells a sentence when the provider fails: %s",
    async (failure) => {
      const last = (await generate(`fibonacci ${failure}`)).at(-1);
      expect(last?.type).toBe("error");
      expect(last?.message).toMatch(/^[A-Z].*\.$/);
    },
  );

  it("refuses an empty description", async () => {
    const answer = await request("/playground/generations", {
      method: "POST",
      headers: { cookie: `runyard_session=${ana.session}`, origin: ORIGIN, "content-type": "application/json" },
      body: JSON.stringify({ description: " ", language: "typescript" }),
    });
    expect(answer.status).toBe(422);
  });
});
