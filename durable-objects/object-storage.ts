/** What the objects use of their storage: so much must anything offer that wants to stand in for it. */
export type ObjectStorage = Pick<
  DurableObjectStorage,
  "sql" | "transactionSync" | "getAlarm" | "setAlarm" | "deleteAlarm"
>;

/**
 * Whether the object has stored anything under its schema. Asking an object that never was leaves nothing behind, and the
 * tables of a new one are part of its first write: a schema of its own would be a durable write more.
 */
export function hasTable(sql: SqlStorage, name: string): boolean {
  return sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", name).toArray().length > 0;
}
