/** People themselves, apart from where they are members (memberships.ts) and how they prove it (account-adapter.ts). */
import { eq } from "drizzle-orm";
import type { Database } from "./database.ts";
import { users } from "./schema.ts";

/** "Somebody" for an id that is nobody's. */
export async function findPersonName(db: Database, userId: string): Promise<string> {
  const row = await db.select({ name: users.name }).from(users).where(eq(users.id, userId)).get();
  return row?.name ?? "Somebody";
}
