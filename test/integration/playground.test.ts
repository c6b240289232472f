import { beforeEach, describe, expect, it } from "vitest";
import { browse, createTenant, freshDatabase, ORIGIN, request, type Tenant } from "../support/workerd.ts";

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

async function generate(description: string): Promise<GenerationEvent[]> {
  const answer = await request("/playground/generations", {
    method: "POST",
    headers: { cookie: `runyard_session=${ana.session}`, origin: ORIGIN, "content-type": "application/json" },
    body: JSON.stringify({ description, language: "typescript" }),
  });
  expect(answer.status).toBe(200);
  const lines = new TextDecoder()
    .decode(await answer.arrayBuffer())
    .trim()
    .split("\n");
  return lines.map((line) => JSON.parse(line));
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

  it.each([
    ["files that are no JSON", { files: "{" }],
    ["files that are no object", { files: "[1]" }],
    ["a limit that is no number", { code: "1", fuel: "lots" }],
    ["an unknown language", { code: "1", language: "cobol" }],
  ])("refuses %s with 422", async (_, form) => {
    const answer = await browse(ana, "/playground/runs", { ...FORM, ...form }, PARTIAL);
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain("error-summary");
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

describe("POST /playground/generations", () => {
  it("streams a program and says that the mock wrote it", async () => {
    const events = await generate("print the fibonacci numbers");
    const done = events.at(-1);
    expect(done).toMatchObject({ type: "done", isMock: true, provider: "mock" });
    const streamed = events.filter((event) => event.type === "text").map((event) => event.text);
    expect(streamed.length).toBeGreaterThan(1);
    expect(streamed.join("")).toBe(done?.program);
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
