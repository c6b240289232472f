import { env as bindings } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Env } from "../../durable-objects/env.ts";
import { createApp } from "../../worker/app.ts";
import { problemSchema } from "../../worker/domain/run-schema.ts";
import { freshDatabase, ORIGIN } from "../support/workerd.ts";

const env = bindings as unknown as Env;
let logged: string[];

beforeEach(async () => {
  await freshDatabase();
  logged = [];
  for (const level of ["info", "warn", "error"] as const) {
    vi.spyOn(console, level).mockImplementation((line: string) => void logged.push(line));
  }
});

afterEach(() => {
  vi.restoreAllMocks();
});

const ask = (path: string, variables: object = {}) =>
  createApp().request(ORIGIN + path, {}, { ...env, LOG_LEVEL: "info", ...variables });

describe("a fault of ours", () => {
  it("says that the tables are missing, and keeps the link's secret out of the log", async () => {
    await env.DB.exec("DROP TABLE sign_in_links");
    const answer = await ask("/sign-in/canary-secret");
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain("apply the migrations");
    expect(logged.join("\n")).toContain("a request failed");
    expect(logged.join("\n")).not.toContain("canary-secret");
  });

  it("names every variable that is wrong in the log, never its value, and answers with a problem", async () => {
    const answer = await ask("/healthz", { LOG_LEVEL: "canary-level", OPENAI_BASE_URL: "canary-url" });
    expect(answer.status).toBe(500);
    expect(problemSchema.parse(await answer.json()).code).toBe("internal");
    expect(logged.join("\n")).toMatch(/LOG_LEVEL must be.*OPENAI_BASE_URL/s);
    expect(logged.join("\n")).not.toContain("canary");
  });
});
