/** People themselves, apart from where they are members (memberships.ts) and how they prove it (account-adapter.ts). */
import { eq } from "drizzle-orm";
import type { Database } from "./database.ts";
import { users } from "./schema.ts";

/** "Somebody" for an id that is nobody's. */
export async function findPersonName(db: Database, userId: string): Promise<string> {
  const row = await db.select({ name: users.name }).from(users).where(eq(users.id, userId)).get();
  return row?.name ?? "Somebody";
}

/** @param email as accounts keep it: in small letters */
export async function findPersonByEmail(db: Database, email: string): Promise<string | null> {
  const row = await db.select({ id: users.id }).from(users).where(eq(users.email, email)).get();
  return row?.id ?? null;
}
