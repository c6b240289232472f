/** People themselves, apart from where they are members (memberships.ts) and how they prove it (account-adapter.ts). */
import { eq } from "drizzle-orm";
import { account } from "./account-adapter.ts";
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

export interface SignInWays {
  readonly email: string | null;
  readonly hasPassword: boolean;
  readonly hasGitHub: boolean;
}

/** How a person can prove who they are; the sign-in link of the installation apart. */
export async function findSignInWays(db: Database, userId: string): Promise<SignInWays> {
  const rows = await db
    .select({ email: users.email, provider: account.providerId, password: account.password })
    .from(users)
    .leftJoin(account, eq(account.userId, users.id))
    .where(eq(users.id, userId));
  return {
    email: rows[0]?.email ?? null,
    hasPassword: rows.some(({ provider, password }) => provider === "credential" && password !== null),
    hasGitHub: rows.some(({ provider }) => provider === "github"),
  };
}
