/**
 * Real SQLite databases in memory, reused from case to case: emptied, because making one anew with its tables takes
 * longer than a whole case. Statements stay prepared.
 */
import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";

const MIGRATIONS = new URL("../../migrations/", import.meta.url);

export type Row = Record<string, unknown>;

export class Database {
  readonly #db = new DatabaseSync(":memory:");
  readonly #statements = new Map<string, StatementSync>();
  readonly #scripts = new Set<string>();
  #tables: readonly string[] | null = null;

  constructor() {
    this.#db.exec("PRAGMA foreign_keys = ON");
  }

  /** Statements that define tables: they take effect once. */
  define(script: string): void {
    if (this.#scripts.has(script)) return;
    this.#db.exec(script);
    this.#scripts.add(script);
    this.#tables = null;
  }

  rows(sql: string, params: readonly unknown[] = []): Row[] {
    return this.#prepare(sql).all(...(params as never[])) as Row[];
  }

  begin(): void {
    this.#db.exec("BEGIN");
  }

  commit(): void {
    this.#db.exec("COMMIT");
  }

  rollback(): void {
    this.#db.exec("ROLLBACK");
  }

  /** Names of the tables, those that refer to others first. */
  get tables(): readonly string[] {
    this.#tables ??= this.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid DESC").map(
      ({ name }) => name as string,
    );
    return this.#tables;
  }

  /** All that is stored, as text. */
  dump(): string {
    return JSON.stringify(this.tables.map((table) => [table, this.rows(`SELECT * FROM ${table}`)]));
  }

  empty(): void {
    for (const table of this.tables) this.rows(`DELETE FROM ${table}`);
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

const idle = new Map<string, Database[]>();

/** @param kind databases of one kind have the same tables */
export function borrow(kind: string): Database {
  return idle.get(kind)?.pop() ?? new Database();
}

export function giveBack(kind: string, database: Database): void {
  database.empty();
  const others = idle.get(kind);
  if (others) others.push(database);
  else idle.set(kind, [database]);
}

let migrations: readonly string[] | null = null;

/** A database of the Worker, as its migrations make it. */
export function borrowD1(): Database {
  migrations ??= readdirSync(MIGRATIONS)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((name) => readFileSync(new URL(name, MIGRATIONS), "utf8"));
  const database = borrow("d1");
  for (const migration of migrations) database.define(migration);
  return database;
}
