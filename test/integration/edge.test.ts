import { env as bindings } from "cloudflare:workers";
import { getTableColumns, getTableName, is } from "drizzle-orm";
import { SQLiteTable } from "drizzle-orm/sqlite-core";
import { beforeEach, describe, expect, it } from "vitest";
import type { Env } from "../../durable-objects/env.ts";
import { createApp } from "../../worker/app.ts";
import { sha256Hex } from "../../worker/digest.ts";
import { problemSchema } from "../../worker/domain/run-schema.ts";
import { SAMPLE_MEETINGS } from "../../worker/domain/sample-meetings.ts";
import { SAMPLE_PROGRAMS } from "../../worker/domain/sample-programs.ts";
import { ROUTE_ACCESS } from "../../worker/middleware/route-access.ts";
import * as schema from "../../worker/store/schema.ts";
import { api, browse, createTenant, freshDatabase, ORIGIN, request, type Tenant } from "../support/workerd.ts";

const { DB } = bindings as unknown as Env;
let ana: Tenant;

beforeEach(async () => {
  await freshDatabase();
  ana = await createTenant("ana");
});

describe("who may come in", () => {
  it("answers the health probe and the API description to anybody", async () => {
    expect(await (await request("/healthz")).json()).toEqual({ status: "ok" });
    expect((await request("/openapi.json")).status).toBe(200);
  });

  it.each(["/api/runs", "/api/nothing", `/api/runs/run_${"0".repeat(32)}`])(
    "asks machines for a token at %s",
    async (path) => {
      const answer = await request(path);
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toContain("Bearer");
      expect(problemSchema.parse(await answer.json()).code).toBe("unauthenticated");
    },
  );

  it("refuses a token that nobody has, also where none is needed", async () => {
    const answer = await request("/api/runs", { headers: { authorization: "Bearer wrong" } });
    expect(answer.status).toBe(401);
  });

  it.each(["/", "/runs", "/playground", "/docs", "/p/abc"])(
    "sends people without a session from %s to the sign-in page",
    async (path) => {
      const answer = await request(path);
      expect(answer.status).toBe(303);
      const login = path === "/" ? "/login" : `/login?next=${encodeURIComponent(path)}`;
      expect(answer.headers.get("location")).toBe(login);
    },
  );

  it("tells a page that is already open to go to the sign-in page", async () => {
    const answer = await request("/", { headers: { "hx-request": "true", "hx-request-type": "partial" } });
    expect(answer.status).toBe(401);
    expect(answer.headers.get("hx-redirect")).toBe("/login");
  });

  const FORMS = Object.keys(ROUTE_ACCESS).filter((name) => /^POST \/(?!api|v1|mcp|webhook|logout)/.test(name));
  it.each(FORMS)("tells who sends %s another body than a form what is missing", async (name) => {
    const path = name.slice("POST ".length).replace(/:\w+/g, "none");
    const headers = { cookie: `runyard_session=${ana.session}`, origin: ORIGIN, "content-type": "application/json" };
    const answer = await request(path, { method: "POST", headers, body: "{}" });
    expect(answer.status).toBeLessThan(500);
  });

  it("signs in by the link, keeps the session in an http-only cookie, and signs out", async () => {
    await DB.prepare("INSERT INTO sign_in_links VALUES (?, ?, 0)")
      .bind(await sha256Hex("open-sesame"), ana.userId)
      .run();
    const entered = await request("/sign-in/open-sesame");
    expect(entered.status).toBe(303);
    const cookie = entered.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Lax/);
    const session = { cookie: cookie.split(";")[0]! };
    expect((await request("/", { headers: session })).status).toBe(200);
    const left = await request("/logout", { method: "POST", headers: { ...session, origin: ORIGIN } });
    expect(left.status).toBe(303);
    expect((await request("/", { headers: session })).status).toBe(303);
  });

  it("adds the sample's meetings and starts its runs once, at the first sign-in, also when others have run before", async () => {
    await DB.batch([
      DB.prepare("UPDATE workspaces SET is_sample = 1 WHERE id = ?").bind(ana.workspaceId),
      DB.prepare("INSERT INTO sign_in_links VALUES (?, ?, 0)").bind(await sha256Hex("open-sesame"), ana.userId),
    ]);
    await api(ana, "/api/execute", { language: "javascript", code: "1" });
    const count = async () => (await DB.prepare("SELECT count(*) AS runs FROM runs").first<{ runs: number }>())?.runs;
    const meetings = async () => (await DB.prepare("SELECT title FROM meetings ORDER BY id").all()).results;
    for (let visit = 0; visit < 2; visit++) {
      await request("/sign-in/open-sesame");
      expect(await count()).toBe(1 + SAMPLE_PROGRAMS.length);
      expect(await meetings()).toEqual(SAMPLE_MEETINGS.map(({ title }) => ({ title })));
    }
  });

  it("refuses a sign-in link that was cut short", async () => {
    expect((await request("/sign-in/open-ses")).status).toBe(401);
  });
});

describe("requests from other pages", () => {
  it.each([
    ["another origin", { origin: "https://evil.example" }],
    ["no origin", { origin: "" }],
    ["another site by the browser's word", { "sec-fetch-site": "cross-site" }],
  ])("refuses a form that comes with a session from %s", async (_, headers) => {
    const { origin, ...rest } = { origin: ORIGIN, ...headers } as Record<string, string>;
    const answer = await request("/playground/runs", {
      method: "POST",
      headers: { cookie: `runyard_session=${ana.session}`, ...(origin ? { origin } : {}), ...rest },
      body: new URLSearchParams({ language: "typescript", code: "1" }),
    });
    expect(answer.status).toBe(403);
  });
});

describe("every answer", () => {
  it.each(["/", "/login", "/nowhere", "/api/runs"])(
    "carries the security headers and a request id at %s",
    async (path) => {
      const answer = await browse(ana, path);
      expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(answer.headers.get("content-security-policy")).not.toContain("unsafe");
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(answer.headers.get("x-request-id")).toMatch(/^req_/);
    },
  );

  it("is a page for people and a problem for machines when there is nothing", async () => {
    const page = await browse(ana, "/nowhere");
    expect(page.status).toBe(404);
    expect(await page.text()).toContain("<!doctype html>");
    const problem = await api(ana, "/api/nowhere");
    expect(problem.status).toBe(404);
    expect(problemSchema.parse(await problem.json()).code).toBe("not-found");
  });
});

describe("/openapi.json", () => {
  it("describes exactly the routes of the API that are mounted", async () => {
    const document = (await (await request("/openapi.json")).json()) as { paths: Record<string, object> };
    const described = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const mounted = createApp()
      .routes.filter(
        ({ method, path }) => method !== "ALL" && /^\/(api|v1|webhook|health|status|metrics|openapi)/.test(path),
      )
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)(?:\{[^}]*\})?/g, "{$1}").replace(/(.)\/$/, "$1")}`);
    expect(described.toSorted()).toEqual([...new Set(mounted)].toSorted());
  });

  it("has every instant as ISO 8601", async () => {
    const { paths } = (await (await request("/openapi.json")).json()) as { paths: object };
    const wrong: string[] = [];
    const visit = (value: unknown, way: string): void => {
      if (typeof value !== "object" || value === null) return;
      for (const [name, inner] of Object.entries(value)) {
        const isInstant = way.endsWith("/properties") && /^(at|since|until|.*At)$/.test(name);
        // What a quotation has is a place in the recording.
        if (isInstant && !way.includes("/evidence/") && /"type":"(number|integer)"/.test(JSON.stringify(inner))) {
          wrong.push(`${way}/${name}`);
        }
        visit(inner, `${way}/${name}`);
      }
    };
    visit(paths, "");
    expect(wrong).toEqual([]);
  });
});

describe("the database", () => {
  it("has exactly the columns that the store knows", async () => {
    const tables = Object.values(schema).filter((each) => is(each, SQLiteTable));
    for (const table of tables) {
      const name = getTableName(table as SQLiteTable);
      const { results } = await DB.prepare(`SELECT name FROM pragma_table_info('${name}')`).all<{ name: string }>();
      const known = Object.values(getTableColumns(table as SQLiteTable)).map((column) => column.name);
      expect(results.map((row) => row.name).toSorted(), name).toEqual(known.toSorted());
    }
  });

  it("refuses an ended run without a time", async () => {
    const insert = DB.prepare(
      `INSERT INTO runs (id, workspace_id, kind, state, title, language, entry, lane, priority, created_by, attempts, limits, last_seq, created_at, version)
       VALUES ('run_x', ?, 'execution', 'failed', 't', 'typescript', 'main.ts', 'l', 'normal', 'u', 1, '{}', 0, 0, 1)`,
    ).bind(ana.workspaceId);
    await expect(insert.run()).rejects.toThrow(/CHECK/);
  });
});
