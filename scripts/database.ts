/**
 * The database of a self-hosted server: migrated and seeded before the port opens. Doing so again changes nothing, and is
 * not begun where the database's own file says that it is done: it would take a workerd of its own.
 */
import { createHash } from "node:crypto";
import { globSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Miniflare } from "miniflare";
import { bootstrapStatements, type Secrets } from "./credentials.ts";
import type { Migration } from "./serving.ts";

type PreparedDatabase = Awaited<ReturnType<Miniflare["getD1Database"]>>;

/** @param storage where Miniflare keeps its resources. No server may run on it. */
export function isDatabasePrepared(storage: string, migrations: readonly Migration[], secrets: Secrets): boolean {
  const files = globSync(join(storage, "d1/**/*.sqlite")).filter((name) => !name.endsWith("metadata.sqlite"));
  if (files.length !== 1) return false;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(files[0]!, { readOnly: true });
    const applied = new Set(
      database
        .prepare("SELECT name FROM d1_migrations")
        .all()
        .map((row) => row["name"]),
    );
    return migrations.every(({ name }) => applied.has(name)) && isSeeded(database, secrets);
  } catch {
    // Whatever it is that cannot be read: the preparation meets it, and says so.
    return false;
  } finally {
    database?.close();
  }
}

/** The link is seeded together with all the rest. */
function isSeeded(database: DatabaseSync, { signInSecret }: Secrets): boolean {
  const hash = createHash("sha256").update(signInSecret).digest("hex");
  return database.prepare("SELECT 1 FROM sign_in_links WHERE secret_hash = ?").get(hash) !== undefined;
}

export async function prepareDatabase(
  database: PreparedDatabase,
  migrations: readonly Migration[],
  secrets: Secrets,
): Promise<void> {
  await migrate(database, migrations);
  const seed = bootstrapStatements(secrets, Date.now());
  await database.batch(seed.map(({ sql, values }) => database.prepare(sql).bind(...values)));
}

/** Applies the migrations that are not in the database's own list yet: the table that wrangler keeps, too. */
async function migrate(database: PreparedDatabase, migrations: readonly Migration[]): Promise<void> {
  await database.exec(
    "CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)",
  );
  const applied = await database.prepare("SELECT name FROM d1_migrations").all<{ name: string }>();
  const known = new Set(applied.results.map((row) => row.name));
  for (const { name, statements } of migrations) {
    if (known.has(name)) continue;
    await database.batch([
      ...statements.map((statement) => database.prepare(statement)),
      database.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name),
    ]);
  }
}
