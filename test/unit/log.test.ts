import { readFileSync } from "node:fs";
import { DrizzleQueryError } from "drizzle-orm";
import { afterEach, describe, expect, it, vi } from "vitest";
import { REDACTED } from "../../worker/domain/secret.ts";
import { createLogger, type LogFormat, type Logger } from "../../worker/log.ts";
import { LOG_FIELDS, type LogFieldName, type LogFields, NOT_SHOWN } from "../../worker/log-fields.ts";
import { redact } from "../../worker/log-redaction.ts";

const CANARY = "canary-4f1c";
const CLOCK = { now: () => Date.UTC(2026, 10, 20, 18, 4, 36, 806) };

afterEach(() => {
  vi.restoreAllMocks();
});

/** What a logger writes, at any level. */
function written(format: LogFormat, say: (log: Logger) => void): string {
  const lines: string[] = [];
  for (const level of ["debug", "info", "warn", "error"] as const) {
    vi.spyOn(console, level).mockImplementation((line: string) => void lines.push(line));
  }
  say(createLogger("debug", format, CLOCK));
  return lines.join("\n");
}

const logged = (error: unknown) =>
  (["human", "json", "terminal"] as const)
    .map((format) => written(format, (log) => log.error("failed", { error })))
    .join("\n");

describe("a line of the log", () => {
  const fields: LogFields = { runId: "run_01", issueKey: "acme/web#12", step: "execute", attempt: 2, status: 200 };

  it("is one JSON object with its time, and its fields in the order of the vocabulary", () => {
    expect(written("json", (log) => log.info("request", { ...fields, error: new Error("no") }))).toMatch(
      /^\{"at":"2026-11-20T18:04:36\.806Z","level":"info","message":"request","status":200,"runId":"run_01","issueKey":"acme\/web#12","step":"execute","attempt":2,"error":"Error: no\\n[^\n]*\}$/,
    );
  });

  it("reads well for people, an error on lines of its own", () => {
    const error = Object.assign(new Error("no"), { stack: "Error: no\n    at main.ts:1" });
    expect(written("human", (log) => log.warn("a step failed", { ...fields, error }))).toBe(
      "18:04:36.806 WARN  a step failed status=200 runId=run_01 issueKey=acme/web#12 step=execute attempt=2\n" +
        "    Error: no\n        at main.ts:1",
    );
  });

  it("has colours only where a terminal was asked for, and is the same without them", () => {
    const say = (log: Logger) => log.error("failed", fields);
    const [human, terminal] = [written("human", say), written("terminal", say)];
    expect(human).not.toContain("\u001b");
    expect(terminal).toContain("\u001b[31m");
    expect(terminal.replace(/\u001b\[\d+m/g, "")).toBe(human);
  });

  it("has the fields that its logger is bound to, and its own before them", () => {
    const say = (log: Logger) =>
      log.with({ runId: "run_01", attempt: 1 }).with({ step: "queue" }).info("on", { attempt: 2 });
    expect(written("human", say)).toBe("18:04:36.806 INFO  on runId=run_01 step=queue attempt=2");
  });

  it("is left out below the level", () => {
    vi.spyOn(console, "debug").mockImplementation(() => expect.unreachable());
    createLogger("info", "json", CLOCK).debug("no");
  });
});

describe("a field", () => {
  it.each(Object.keys(LOG_FIELDS) as LogFieldName[])("%s cannot hold a sentence, a program or a secret", (name) => {
    const secrets = [
      "sk-ant-api03-abcdefghijkl",
      "Bearer abcdefgh12345678",
      `whsec_${"a1B2".repeat(8)}`,
      "f".repeat(48),
    ];
    for (const value of [...secrets, "const a = 1;\nlog(a)", "two words", { a: 1 }, null]) {
      const text = written("json", (log) => log.info("x", { [name]: value } as LogFields));
      if (secrets.includes(value as string)) expect(text).not.toContain(value);
      else if (name !== "error") expect(text).toContain(NOT_SHOWN);
    }
  });

  it("that the vocabulary does not know is left out", () => {
    expect(written("json", (log) => log.info("x", { password: CANARY } as LogFields))).not.toContain(CANARY);
  });
});

describe("an error in the log", () => {
  it("tells what failed and where", () => {
    const text = logged(new RangeError("too far"));
    expect(text).toContain("RangeError: too far");
    expect(text).toContain("log.test.ts");
  });

  it("never holds the parameters of a query, which may be a program, its input or a hash", () => {
    const error = new DrizzleQueryError(
      "insert into run_files values (?)",
      [CANARY],
      new Error("D1_ERROR: no such table"),
    );
    const text = logged(error);
    expect(text).toContain("no such table");
    expect(text).not.toContain(CANARY);
  });

  it("is bounded", () => {
    expect(written("json", (log) => log.error("x", { error: "e ".repeat(50_000) })).length).toBeLessThan(5_000);
  });
});

describe("redact", () => {
  it.each([
    `invalid header: Authorization: Bearer ${CANARY}`,
    `{"authorization":"Basic ${CANARY}"}`,
    `Cookie: runyard_session=${CANARY}; theme=dark`,
    `GET http://127.0.0.1/sign-in/${CANARY} failed`,
    `no preview at /previews/${CANARY}/index.html`,
    `fetch to https://ana:${CANARY}@example.com/ failed`,
    `https://example.com/?api_key=${CANARY}&page=2`,
    `{"client_secret": "${CANARY}"}`,
    `password=${CANARY}`,
    `x-hub-signature: ${CANARY}`,
    `the key ry_${CANARY} is not known`,
    `signed with whsec_${CANARY}`,
    `Incorrect API key provided: sk-proj-${CANARY}`,
    `ghp_${CANARY}abcdef and github_pat_${CANARY}`,
    `-----BEGIN RSA PRIVATE KEY-----\n${CANARY}\n-----END RSA PRIVATE KEY-----`,
    `-----BEGIN PRIVATE KEY-----\n${CANARY}`,
    `eyJhbGciOiJIUzI1NiJ9.${CANARY}.${CANARY}`,
  ])("takes the secret out of %j", (text) => {
    expect(redact(text)).not.toContain(CANARY);
    expect(redact(text)).toContain(REDACTED);
  });

  it.each([
    "AKIAIOSFODNN7EXAMPLE",
    `session ${"0123456789abcdef".repeat(4)} has expired`,
    "AIzaSyA1234567890abcdefghijklmnopqrstuvw",
  ])("knows the shape of %s", (text) => {
    expect(redact(text)).toContain(REDACTED);
  });

  it.each([
    "Error: D1_ERROR: no such table: runs: SQLITE_ERROR\n    at Object.run (worker/store/runs.ts:12:7)",
    "run_01934f3c8a6b7c1d9e2f3a4b5c6d7e8f is owned by tok_01934f3c8a6b7c1d9e2f3a4b5c6d7e8f",
    "TypeError: Cannot read properties of undefined (reading 'token')",
    "the bearer token is not known",
  ])("leaves %j as it is", (text) => {
    expect(redact(text)).toBe(text);
  });
});

describe("docs/logs.md", () => {
  it("lists every field with its kind and meaning, in the order of the vocabulary", () => {
    const rows = Object.entries(LOG_FIELDS).map(
      ([name, { kind, meaning }]) => `| \`${name}\` | ${kind} | ${meaning} |`,
    );
    expect(readFileSync("docs/logs.md", "utf8")).toContain(`|---|---|---|\n${rows.join("\n")}\n\n`);
  });
});
