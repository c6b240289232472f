/**
 * A statement whose text is built once and bound to other values each time. Drizzle builds the text anew for each query,
 * which takes longer than running it: what every run writes several times is made so.
 */
import { getTableColumns, is, Param, Placeholder, type Query, sql, type Table } from "drizzle-orm";
import type { Database } from "./database.ts";

/** A placeholder for each column of a table, by its name in rows. */
export function placeholdersOf<T extends Table>(table: T): Record<keyof T["_"]["columns"], Placeholder> {
  const names = Object.keys(getTableColumns(table));
  return Object.fromEntries(names.map((name) => [name, sql.placeholder(name)])) as never;
}

export class FixedStatement<Values extends object> {
  readonly #build: (db: Database) => { toSQL(): Query };
  #query: Query | null = null;

  /** @param build the query with a placeholder for each of the values */
  constructor(build: (db: Database) => { toSQL(): Query }) {
    this.#build = build;
  }

  /** The statement with these values, to be run alone or in a batch of the database's own client. */
  bind(db: Database, values: Values): D1PreparedStatement {
    this.#query ??= this.#build(db).toSQL();
    const { sql: text, params } = this.#query;
    return db.$client.prepare(text).bind(...params.map((param) => filled(param, values as Record<string, unknown>)));
  }
}

function filled(param: unknown, values: Record<string, unknown>): unknown {
  if (is(param, Placeholder)) return values[param.name];
  if (!is(param, Param) || !is(param.value, Placeholder)) return param;
  const value = values[param.value.name];
  // As drizzle does it: NULL is no value of the column's kind, and so not encoded as one.
  return value === null ? null : param.encoder.mapToDriverValue(value);
}
