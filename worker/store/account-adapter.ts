/**
 * Where better-auth keeps people and their accounts: our tables, through its adapter for drizzle. Two things it does not
 * get. Sessions are ours (sessions.ts), so one that it would begin is only noted: who it is for is what was proved. And
 * what a provider hands out to act in a person's name is dropped: we ask it who somebody is, once.
 */
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Database } from "./database.ts";

const instant = (name: string) => integer(name, { mode: "timestamp_ms" }).notNull();

/** The same table as `users`, with instants as better-auth takes them. */
const user = sqliteTable("users", {
  id: text().primaryKey(),
  name: text().notNull(),
  email: text().notNull(),
  emailVerified: integer("email_verified", { mode: "boolean" }).notNull(),
  image: text(),
  createdAt: instant("created_at"),
  updatedAt: instant("updated_at"),
});

export const account = sqliteTable("accounts", {
  id: text().primaryKey(),
  userId: text("user_id").notNull(),
  providerId: text("provider_id").notNull(),
  accountId: text("account_id").notNull(),
  password: text(),
  scope: text(),
  createdAt: instant("created_at"),
  updatedAt: instant("updated_at"),
});

/** What a provider would let us do in a person's name, and until when. */
const GRANTED = ["accessToken", "refreshToken", "idToken", "accessTokenExpiresAt", "refreshTokenExpiresAt"] as const;

type Adapter = ReturnType<ReturnType<typeof drizzleAdapter>>;
type Options = Parameters<ReturnType<typeof drizzleAdapter>>[0];

/** @param onProved told the id of the person whom better-auth would begin a session for. */
export function accountAdapter(db: Database, onProved: (userId: string) => void): (options: Options) => Adapter {
  const open = drizzleAdapter(db, { provider: "sqlite", schema: { user, account } });
  return (options) => {
    const inner = open(options);
    const create = (async (input: Parameters<Adapter["create"]>[0]) => {
      const { model, data } = input;
      if (model === "session") {
        onProved(String(data["userId"]));
        return data;
      }
      if (model !== "account") return inner.create(input);
      return inner.create({
        ...input,
        data: Object.fromEntries(Object.entries(data).filter(([name]) => !isGranted(name))),
      });
    }) as Adapter["create"];
    const adapter: Adapter = { ...inner, create, transaction: (work) => work(adapter) };
    return adapter;
  };
}

function isGranted(name: string): boolean {
  return GRANTED.some((each) => each === name);
}
