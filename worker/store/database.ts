/** The door to D1: every query of the Worker and of the objects goes through a {@link Database}. */
import { drizzle } from "drizzle-orm/d1";

export function openDatabase(binding: D1Database) {
  return drizzle(binding);
}

export type Database = ReturnType<typeof openDatabase>;
