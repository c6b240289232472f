import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Env } from "../../durable-objects/env.ts";
import { createApp } from "../../worker/app.ts";
import { dependenciesOf } from "../../worker/dependencies.ts";
import { OPERATOR_KEY_ID } from "../../worker/domain/call-limits.ts";
import { CIRCUIT } from "../../worker/domain/circuit.ts";
import { healthSchema, type PartHealth, publicStatusSchema } from "../../worker/domain/health.ts";
import { metricsSummarySchema, statusSchema, statusSummarySchema } from "../../worker/domain/status-schema.ts";
import { canaryKey } from "../support/canary.ts";
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
    const page = await request("/health", { headers: { accept: "text/html" } });
    expect(page.headers.get("location")).toBe("/login?next=%2Fhealth");
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
      ["models", "ok"],
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

describe("the circuit breakers of providers", () => {
  const KEY = `key_${"5".repeat(32)}`;
  const models = ({ parts }: { readonly parts: readonly PartHealth[] }) => parts.find(({ part }) => part === "models");
  const seenBy = async (tenant: Tenant) =>
    healthSchema.parse(await (await api(tenant, "/health", undefined, JSON_ONLY)).json());

  /** So many faults of the provider, by this key, as calls report them. */
  async function failing({ workspaceId }: Tenant, keyId: string) {
    const ledger = dependenciesOf(env).budget(workspaceId);
    const address = { service: "anthropic", keyId } as const;
    for (let at = 0; at < CIRCUIT.faultsToOpen; at++) {
      const attempt = { id: `call_${keyId}_${at}`, boundMicros: null, subjects: [], address };
      const begun = await ledger.begin(attempt, { ends: [], records: [] });
      const epoch = begun.type === "admitted" ? begun.epoch : -1;
      const end = { id: attempt.id, address, epoch, verdict: "fault", isHeld: false, costMicros: null } as const;
      await ledger.note({ ends: [end], records: [] });
    }
  }

  it("are told to the workspace whose calls they stand before, by provider, without a key's id or name", async () => {
    // Of workspaces that nobody has looked at yet: findings are kept for some seconds.
    const [cleo, dan] = [await createTenant("cleo"), await createTenant("dan")];
    await failing(cleo, KEY);
    await failing(cleo, OPERATOR_KEY_ID);
    const health = await seenBy(cleo);
    const part = models(health);
    expect(health.status).toBe("degraded");
    expect(part).toMatchObject({ status: "degraded", detail: "2 of 2 circuit breakers let nothing through." });
    expect(part?.breakers).toMatchObject([
      { provider: "anthropic", key: "workspace", state: "open" },
      { provider: "anthropic", key: "server", state: "open" },
    ]);
    // The clock is read for each of them.
    for (const { since, until } of part?.breakers ?? [])
      expect(Math.abs(Date.parse(until!) - Date.parse(since!) - CIRCUIT.openMs)).toBeLessThan(10_000);
    const page = await (await browse(cleo, "/health")).text();
    expect(page).toMatch(
      /Open[\s\S]*Anthropic \(Claude\), by a key of the workspace[\s\S]*by the server&#39;s own key/,
    );
    for (const text of [page, JSON.stringify(health)]) expect(text).not.toContain(KEY.slice(0, 12));
    expect(await (await api(cleo, "/metrics")).text()).toContain('runyard_health{part="models"} 1\n');
    // Of the same server, and of the same key of the server's.
    expect(models(await seenBy(dan))).toMatchObject({ status: "ok", breakers: [] });
    const status = await request("/status", { headers: JSON_ONLY });
    expect(publicStatusSchema.parse(await status.json()).status).toBe("ok");
  });

  it.each([
    ["half-open", { probeAt: Date.now() }, "degraded", /1 of 1 .* let nothing through/],
    // Their time is over, and nobody has called since.
    ["half-open", { probeAt: 1 }, "ok", /tried again with the next call/],
    ["open", { until: 1 }, "ok", /tried again with the next call/],
  ] as const)("that are %s, with %j, are %s", async (name, since, status, detail) => {
    const tenant = await createTenant(`t${name}${status}`.replace("-", ""));
    await failing(tenant, KEY);
    const ledger = dependenciesOf(env).budget(tenant.workspaceId) as unknown as DurableObjectStub;
    const circuit = JSON.stringify({ name, epoch: 7, openMs: CIRCUIT.openMs, ...since });
    await runInDurableObject(ledger, (_, state) => {
      state.storage.sql.exec("UPDATE circuits SET circuit = ?", circuit);
    });
    await evictDurableObject(ledger);
    const part = models(await seenBy(tenant));
    expect(part).toMatchObject({ status, detail: expect.stringMatching(detail), breakers: [{ state: name }] });
  });

  it("are closed where the server's own provider has not failed", async () => {
    const eve = await createTenant("eve");
    const own = createApp().request(
      `${ORIGIN}/api/health/detailed`,
      { headers: { authorization: `Bearer ${eve.token}` } },
      { ...env, ANTHROPIC_API_KEY: canaryKey("own") },
    );
    const part = models(healthSchema.parse(await (await own).json()));
    const closed = { provider: "anthropic", key: "server", state: "closed", since: null, until: null };
    expect(part).toMatchObject({ status: "ok", detail: "Every provider may be asked.", breakers: [closed] });
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
