/** Begins a session of a person who has proved who they are: every way of signing in ends here. */
import type { Dependencies } from "../dependencies.ts";
import { sha256Hex } from "../digest.ts";
import { actorOf } from "../domain/audit.ts";
import { newId, newSecret } from "../domain/ids.ts";
import type { Principal } from "../domain/principal.ts";
import { SESSION_ABSOLUTE_MS, USER_AGENT_CHARS } from "../domain/session.ts";
import { findSession } from "../store/identities.ts";
import { insertSession, type NewSession } from "../store/sessions.ts";
import { record } from "./audit-trail.ts";

/** 256 bits: a session cannot be guessed. */
const SESSION_SECRET_BYTES = 32;

type Ports = Pick<Dependencies, "db" | "clock" | "random" | "log">;

export type SignInWay = "password" | "sign-up" | "github" | "link";

export interface SessionStart {
  readonly userId: string;
  readonly userAgent: string;
  /** The network address that the person came from; empty where it is not known. */
  readonly address: string;
  /** How they proved who they are. */
  readonly way: SignInWay;
  /** Where the session begins; the person's first workspace without it. */
  readonly workspaceId?: string | null;
}

export interface BegunSession {
  /** What the cookie holds; the database keeps its hash alone. */
  readonly secret: string;
  /** Null for who is in no workspace. */
  readonly principal: Principal | null;
}

export async function beginSession(
  ports: Ports,
  { userId, userAgent, address, way, workspaceId = null }: SessionStart,
): Promise<BegunSession> {
  const { db, clock, random } = ports;
  const secret = newSecret(SESSION_SECRET_BYTES, random);
  const secretHash = await sha256Hex(secret);
  const now = clock.now();
  const session: NewSession = {
    ...{ id: newId("ses", clock, random), secretHash, userId, workspaceId },
    ...{ userAgent: userAgent.slice(0, USER_AGENT_CHARS), createdAt: now, lastSeenAt: now },
    expiresAt: now + SESSION_ABSOLUTE_MS,
  };
  await insertSession(db, session);
  const found = await findSession(db, secretHash, now);
  if (!found) return { secret, principal: null };
  const principal = { ...found, address };
  await record(ports, actorOf(principal), "sign-in.succeeded", session.id, { way });
  return { secret, principal };
}
