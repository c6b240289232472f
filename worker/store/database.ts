/** The door to D1: every query of the Worker and of the objects goes through a {@link Database}. */
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

export function openDatabase(binding: D1Database) {
  return drizzle(binding);
}

export type Database = ReturnType<typeof openDatabase>;

/** The cheapest read that needs both the database and its tables. Throws when it fails. */
export async function touchDatabase(db: Database): Promise<void> {
  await db.get(sql`SELECT id FROM workspaces LIMIT 1`);
}
