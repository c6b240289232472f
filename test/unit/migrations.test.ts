/** What a migration makes of rows that an older version wrote. */
import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { SCOPES } from "../../worker/domain/access.ts";

const FOLDER = new URL("../../migrations/", import.meta.url);

/** As D1 applies one: at once, with references checked at its end. */
function migrate(database: DatabaseSync, isWanted: (name: string) => boolean): void {
  for (const name of readdirSync(FOLDER).toSorted().filter(isWanted)) {
    database.exec("BEGIN; PRAGMA defer_foreign_keys = ON;");
    database.exec(readFileSync(new URL(name, FOLDER), "utf8"));
    database.exec("COMMIT");
  }
}

describe("0009_people", () => {
  it("leaves everybody who was there what they could do, and their sessions and tokens", () => {
    const database = new DatabaseSync(":memory:", { enableForeignKeyConstraints: true });
    migrate(database, (name) => name < "0009");
    database.exec(`
      INSERT INTO workspaces VALUES ('ws_1', 'one', 0, 5);
      INSERT INTO users VALUES ('usr_1', 'Ana', 'ws_1', 6);
      INSERT INTO sessions VALUES ('${"a".repeat(64)}', 'usr_1', 7, 9000000000000);
      INSERT INTO api_tokens VALUES ('tok_1', 'hash', 'first', 'usr_1', 8);
      INSERT INTO idempotency_keys VALUES ('usr_1', 'mine', 'r', 'run_1', 9), ('tok_1', 'its', 'r', 'run_2', 9);`);
    migrate(database, (name) => name.startsWith("0009"));
    const all = (sql: string) =>
      database
        .prepare(sql)
        .all()
        .map((row) => ({ ...row }));
    expect(all("SELECT * FROM memberships")).toEqual([
      { workspace_id: "ws_1", user_id: "usr_1", role: "owner", created_at: 6 },
    ]);
    expect(all("SELECT id, user_id, created_at, expires_at FROM sessions")).toEqual([
      { id: `ses_${"a".repeat(32)}`, user_id: "usr_1", created_at: 7, expires_at: 9_000_000_000_000 },
    ]);
    const [token] = all("SELECT * FROM api_tokens");
    expect(token).toMatchObject({ id: "tok_1", workspace_id: "ws_1", expires_at: null, last_used_at: null });
    // What came later is no token's that was made before.
    const later = ["items:read", "items:write", "code:run"];
    expect(JSON.parse(String(token?.["scopes"]))).toEqual(SCOPES.filter((scope) => !later.includes(scope)));
    expect(all("SELECT principal_id FROM idempotency_keys ORDER BY 1")).toEqual([
      { principal_id: "tok_1" },
      { principal_id: "ws_1:usr_1" },
    ]);
    expect(all("PRAGMA foreign_key_check")).toEqual([]);
  });
});
