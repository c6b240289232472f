/** `npm run audit:verify` over a database file, as somebody runs it. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { type AuditEntry, EMPTY_HEAD, hashedText } from "../../../worker/domain/audit.ts";

const SCRIPT = new URL("../../../scripts/audit-verify.ts", import.meta.url).pathname;
const MIGRATION = new URL("../../../migrations/0013_audit.sql", import.meta.url);

function verify(...args: string[]): { readonly code: number; readonly text: string } {
  try {
    return { code: 0, text: execFileSync(process.execPath, [SCRIPT, ...args], { encoding: "utf8", stdio: "pipe" }) };
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
    return { code: status, text: stdout + stderr };
  }
}

function write(database: DatabaseSync, workspaceId: string, count: number): string {
  let previousHash = EMPTY_HEAD.hash;
  for (let seq = 1; seq <= count; seq++) {
    const entry: Omit<AuditEntry, "hash"> = {
      ...({
        workspaceId,
        seq,
        at: seq,
        kind: "token.made",
        actorKind: "person",
        actorId: "usr_1",
        actorName: "Ana",
      } as const),
      ...{ address: "", target: "tok_1", details: "{}", previousHash },
    };
    const hash = createHash("sha256").update(hashedText(entry)).digest("hex");
    database.prepare(`INSERT INTO audit_entries VALUES (${"?, ".repeat(11)}?)`).run(...Object.values(entry), hash);
    previousHash = hash;
  }
  return previousHash;
}

it("says of each workspace in a file whether its log is whole, and fails when one is not", () => {
  const file = join(mkdtempSync(join(tmpdir(), "audit-")), "d1.sqlite");
  const database = new DatabaseSync(file);
  database.exec(readFileSync(MIGRATION, "utf8"));
  const end = write(database, "ws_1", 4);
  write(database, "ws_2", 3);
  const whole = verify(file, `ws_1=4:${end}`);
  expect(whole.code).toBe(0);
  expect(whole.text).toContain(`ws_1  whole, 4 entries, ends with 4:${end}`);
  expect(whole.text).toContain("ws_2  whole, 3 entries");
  database.exec("DROP TRIGGER audit_entries_kept; DROP TRIGGER audit_heads_kept;");
  database.exec("DELETE FROM audit_entries WHERE workspace_id = 'ws_2' AND seq = 2");
  database.exec(
    "DELETE FROM audit_entries WHERE workspace_id = 'ws_1'; DELETE FROM audit_heads WHERE workspace_id = 'ws_1'",
  );
  const broken = verify(file, `ws_1=4:${end}`);
  expect(broken.code).toBe(1);
  expect(broken.text).toContain("ws_1  NOT WHOLE at entry 1: Entries 1 to 4 are missing.");
  expect(broken.text).toContain("ws_2  NOT WHOLE at entry 2: The entry is missing: after 1 comes 3.");
});

it("says how it is called", () => {
  for (const args of [[], ["nothing.sqlite"], [process.execPath, "ws_1=1:short"]]) {
    const told = verify(...args);
    expect(told.code).toBe(1);
    expect(told.text).toContain("npm run audit:verify");
  }
});
