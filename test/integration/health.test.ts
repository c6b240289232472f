import { env as bindings } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Env } from "../../durable-objects/env.ts";
import { createApp } from "../../worker/app.ts";
import { healthSchema, publicStatusSchema } from "../../worker/domain/health.ts";
import { metricsSummarySchema, statusSchema, statusSummarySchema } from "../../worker/domain/status-schema.ts";
import { program, start, startSleeper, stateOf } from "../support/runs.ts";
import {
  api,
  browse,
  createTenant,
  freshDatabase,
  ORIGIN,
  problemOf,
  request,
  type Tenant,
} from "../support/workerd.ts";

const env = bindings as unknown as Env;
const JSON_ONLY = { accept: "application/json" };
let ana: Tenant;

beforeEach(async () => {
  await freshDatabase();
  ana = await createTenant("ana");
});

describe("what anybody may see", () => {
  it("is whether the installation is well, and nothing else", async () => {
    const answer = await request("/status", { headers: JSON_ONLY });
    expect(answer.status).toBe(200);
    expect(publicStatusSchema.parse(await answer.json()).status).toBe("ok");
    const page = await (await request("/status")).text();
    expect(page).toContain("Runs are accepted and carried out.");
    expect(page).not.toMatch(/ana|lane/i);
  });

  it.each(["/health", "/metrics", "/api/status", "/api/health/detailed", "/api/metrics/summary", "/api/queue/stats"])(
    "does not include %s",
    async (path) => {
      const answer = await request(path, { headers: JSON_ONLY });
      expect(answer.status).toBe(401);
      expect((await problemOf(answer)).code).toBe("unauthenticated");
    },
  );

  it("leads people from the health page to the sign-in page", async () => {
    expect((await request("/health", { headers: { accept: "text/html" } })).headers.get("location")).toBe("/login");
  });

  it("says that the installation is down when the database is, with 503, to people and to machines", async () => {
    const broken = {
      ...env,
      DB: { prepare: () => ({ bind: () => ({ all: fail, raw: fail, first: fail, run: fail }) }) },
    };
    const ask = (headers: Record<string, string>) => createApp().request(`${ORIGIN}/status`, { headers }, broken);
    const answer = await ask(JSON_ONLY);
    expect(answer.status).toBe(503);
    expect(publicStatusSchema.parse(await answer.json()).status).toBe("down");
    const page = await ask({ accept: "text/html" });
    expect(page.status).toBe(503);
    expect(await page.text()).toContain("What was accepted is kept");
  });

  async function fail(): Promise<never> {
    throw new Error("canary: the database is away");
  }
});

describe("the health of the parts", () => {
  it("is measured, each with its age, and every part is well", async () => {
    await startSleeper(ana, "repository:web");
    const answer = await api(ana, "/api/health/detailed");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const health = healthSchema.parse(await answer.json());
    expect(health.parts.map(({ part, status }) => [part, status])).toEqual([
      ["database", "ok"],
      ["objects", "ok"],
      ["lanes", "ok"],
      ["deliveries-in", "ok"],
      ["deliveries-out", "ok"],
      ["engine-javascript", "ok"],
      ["engine-python", "ok"],
      ["type-checker", "ok"],
    ]);
    expect(health.status).toBe("ok");
    for (const { latencyMs, ageMs } of health.parts) {
      expect(latencyMs).toBeGreaterThanOrEqual(0);
      expect(ageMs).toBeLessThan(60_000);
    }
    // A second look within the time for which a finding is kept asks nobody.
    const again = healthSchema.parse(await (await api(ana, "/api/health/detailed")).json());
    const python = (each: typeof health) => each.parts.find(({ part }) => part === "engine-python")?.checkedAt;
    expect(python(again)).toBe(python(health));
    expect(healthSchema.parse(await (await api(ana, "/health", undefined, JSON_ONLY)).json()).status).toBe("ok");
    const page = await (await browse(ana, "/health")).text();
    for (const { part } of health.parts) expect(page).toContain(part);
  });

  it("is degraded where an endpoint was switched off because it did not answer, and says which", async () => {
    // Of a workspace that nobody has looked at yet: findings are kept for some seconds.
    const bo = await createTenant("bo");
    const body = { url: "https://receiver.example/hook", events: ["run.succeeded"] };
    expect((await api(bo, "/api/webhooks", body)).status).toBe(201);
    await env.DB.prepare("UPDATE webhook_endpoints SET enabled = 0, disabled_reason = 'gone', disabled_at = 1").run();
    const health = healthSchema.parse(await (await api(bo, "/api/health/detailed")).json());
    const part = health.parts.find((each) => each.part === "deliveries-out");
    expect(part).toMatchObject({ status: "degraded", detail: expect.stringContaining("receiver.example") });
    expect(health.status).toBe("degraded");
  });
});

describe("figures", () => {
  it("of the status tell what waits and runs, and the whole where it is asked for", async () => {
    await startSleeper(ana, "repository:web");
    await start(ana, program("1", { lane: "repository:web" }));
    const summary = statusSummarySchema.parse(await (await api(ana, "/api/status?detail=summary")).json());
    expect(summary).toMatchObject({
      ...{ status: "ok", lanes: { busy: 1, paused: 0 }, capacity: { slots: 100, used: 1 } },
      runs: { waiting: 1, held: 0, running: 1 },
    });
    const full = statusSchema.parse(await (await api(ana, "/api/status")).json());
    expect(full.parts?.map(({ part }) => part)).toContain("database");
    expect(full.queue?.lanes[0]?.lane).toBe("repository:web");
    const answer = await api(ana, "/api/status?detail=everything");
    expect((await problemOf(answer)).errors?.[0]?.path).toBe("detail");
  });

  it("of the last hours count runs by state, with times and errors", async () => {
    const ended = [await start(ana, program("1")), await start(ana, program("throw new Error('no')"))];
    await stateOf(ana, ended[0]!, "succeeded");
    await stateOf(ana, ended[1]!, "failed");
    const summary = metricsSummarySchema.parse(await (await api(ana, "/api/metrics/summary?hours=1")).json());
    expect(summary).toMatchObject({
      ...{ hours: 1, successRate: 0.5, errors: [{ category: "runtime", count: 1 }], now: { queued: 0, running: 0 } },
      runs: { total: 2, byState: { succeeded: 1, failed: 1, queued: 0 } },
    });
    expect(summary.duration.p95Ms).toBeGreaterThanOrEqual(0);
    expect(summary.wait.p50Ms).toBeGreaterThanOrEqual(0);
    for (const hours of ["0", "721", "x"]) {
      const answer = await api(ana, `/api/metrics/summary?hours=${hours}`);
      expect((await problemOf(answer)).errors?.[0]?.path).toBe("hours");
    }
  });

  it("for Prometheus are lines that it can read, with a token or a session", async () => {
    await startSleeper(ana, "repository:web");
    await start(ana, program("1", { lane: "repository:web", priority: "high" }));
    const answer = await api(ana, "/metrics");
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const text = await answer.text();
    expect(text).toContain('runyard_lane_waiting{lane="repository:web",priority="high"} 1\n');
    expect(text).toContain('runyard_lane_running{lane="repository:web"} 1\n');
    expect(text).toContain('runyard_health{part="database"} 0\n');
    const sample = /^[a-z_]+(\{[a-z]+="[^"\n]*"(,[a-z]+="[^"\n]*")*\})? -?\d+(\.\d+)?(e[+-]\d+)?$/;
    for (const line of text.trimEnd().split("\n"))
      expect(line).toMatch(line.startsWith("#") ? /^# (HELP|TYPE) / : sample);
    expect((await browse(ana, "/metrics")).status).toBe(200);
  });
});
