/** Begins a session of a person who has proved who they are: every way of signing in ends here. */
import type { Dependencies } from "../dependencies.ts";
import { sha256Hex } from "../digest.ts";
import { newId, newSecret } from "../domain/ids.ts";
import { SESSION_ABSOLUTE_MS, USER_AGENT_CHARS } from "../domain/session.ts";
import { insertSession, type NewSession } from "../store/sessions.ts";

/** 256 bits: a session cannot be guessed. */
const SESSION_SECRET_BYTES = 32;

type Ports = Pick<Dependencies, "db" | "clock" | "random">;

export interface SessionStart {
  readonly userId: string;
  readonly userAgent: string;
  /** Where the session begins; the person's first workspace without it. */
  readonly workspaceId?: string | null;
}

export interface BegunSession {
  /** What the cookie holds; the database keeps its hash alone. */
  readonly secret: string;
  readonly secretHash: string;
}

export async function beginSession(
  { db, clock, random }: Ports,
  { userId, userAgent, workspaceId = null }: SessionStart,
): Promise<BegunSession> {
  const secret = newSecret(SESSION_SECRET_BYTES, random);
  const secretHash = await sha256Hex(secret);
  const now = clock.now();
  const session: NewSession = {
    ...{ id: newId("ses", clock, random), secretHash, userId, workspaceId },
    ...{ userAgent: userAgent.slice(0, USER_AGENT_CHARS), createdAt: now, lastSeenAt: now },
    expiresAt: now + SESSION_ABSOLUTE_MS,
  };
  await insertSession(db, session);
  return { secret, secretHash };
}
