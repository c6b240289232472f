/**
 * The audit log: one declaration for each kind of entry, the entry itself, and the chain that entries form. Pure.
 *
 * Invariant: an entry holds no secret. Its details are those that its kind declares, as short texts: names, roles, hosts;
 * never an address of the web as a whole, whose path or query may be a secret.
 */
import * as z from "zod";
import type { Principal } from "./principal.ts";

interface KindRow {
  /** What people read: "NAME …". */
  readonly words: string;
  /** The names of what else is told of it. */
  readonly details: readonly string[];
}

export const AUDIT_KINDS = {
  "sign-in.succeeded": { words: "signed in", details: ["way"] },
  "sign-in.failed": { words: "was not signed in", details: ["way"] },
  "session.ended": { words: "signed out", details: [] },
  "session.revoked": { words: "revoked a session", details: [] },
  "session.others-revoked": { words: "signed out everywhere else", details: [] },
  "password.changed": { words: "changed their password", details: [] },
  "password.change-refused": { words: "gave a wrong password to change it", details: [] },
  "workspace.created": { words: "made the workspace", details: ["name"] },
  "workspace.renamed": { words: "renamed the workspace", details: ["from", "to"] },
  "workspace.deleted": { words: "deleted the workspace", details: ["name"] },
  "member.joined": { words: "came in", details: ["role"] },
  "member.role-changed": { words: "changed a role", details: ["from", "to"] },
  "member.removed": { words: "took somebody out", details: ["role"] },
  "member.left": { words: "left the workspace", details: ["role"] },
  "invitation.made": { words: "invited somebody", details: ["role", "email"] },
  "invitation.withdrawn": { words: "withdrew an invitation", details: [] },
  "token.made": { words: "made a token", details: ["name", "scopes", "ends"] },
  "token.revoked": { words: "revoked a token", details: [] },
  "webhook.added": { words: "added an outgoing webhook", details: ["host"] },
  "webhook.changed": { words: "changed an outgoing webhook", details: ["changed", "host"] },
  "webhook.secret-rotated": { words: "rotated a webhook's secret", details: ["host"] },
  "webhook.tested": { words: "sent a test message", details: [] },
  "webhook.resent": { words: "sent a message again", details: ["message"] },
  "webhook.deleted": { words: "deleted an outgoing webhook", details: ["host"] },
  "key.added": { words: "added a provider key", details: ["name", "provider", "host"] },
  "key.changed": { words: "changed a provider key", details: ["name", "host", "isKeyKept"] },
  "key.priced": { words: "set the price of a model", details: ["name", "model", "price"] },
  "key.rotated": { words: "rotated a provider key", details: ["name", "version", "overlapSeconds"] },
  "key.tested": { words: "tested a provider key", details: ["name", "verdict"] },
  "key.chosen": { words: "chose a provider key", details: ["name"] },
  "key.deleted": { words: "deleted a provider key", details: ["name"] },
  "key.fallbacks-chosen": { words: "chose the keys that stand in", details: ["keys"] },
  "calls.limited": { words: "changed how often services are called", details: ["limits"] },
  "calls.retention-changed": { words: "changed how long calls' texts are kept", details: ["days"] },
  "budget.set": { words: "set a budget", details: ["subject", "period", "limit"] },
  "budget.raised": { words: "raised a budget for a run that waited", details: ["run", "limit"] },
  "budget.deleted": { words: "deleted a budget", details: [] },
  "budget.call-settled": { words: "said what a call did cost", details: ["cost"] },
  "repository.added": { words: "added a repository", details: [] },
  "repository.changed": { words: "changed a repository", details: [] },
  "repository.deleted": { words: "deleted a repository", details: [] },
  "repositories.imported": { words: "imported repositories", details: ["changed"] },
  "endpoint.added": { words: "added an inbound endpoint", details: ["tracker", "repository"] },
  "endpoint.secret-rotated": { words: "rotated an inbound endpoint's secret", details: ["keepOldSeconds"] },
  "endpoint.tested": { words: "sent a test delivery", details: [] },
  "endpoint.deleted": { words: "deleted an inbound endpoint", details: [] },
  "delivery.reprocessed": { words: "had a delivery processed again", details: [] },
  "meeting.added": { words: "added a meeting", details: ["title"] },
  "meetings.rollout-changed": { words: "changed how meetings are processed", details: ["v2Percent", "fallback"] },
  "meeting.deleted": { words: "deleted a meeting", details: ["title"] },
  "snippet.added": { words: "saved a snippet", details: [] },
  "snippet.changed": { words: "saved a version of a snippet", details: ["version"] },
  "snippet.deleted": { words: "deleted a snippet", details: [] },
  "schedule.added": { words: "scheduled a snippet", details: ["cron", "timeZone"] },
  "schedule.deleted": { words: "deleted a schedule", details: [] },
  "runs.rebuilt": { words: "began to write the list of runs anew", details: [] },
} as const satisfies Record<string, KindRow>;

export type AuditKind = keyof typeof AUDIT_KINDS;
export const AUDIT_KIND_NAMES = Object.keys(AUDIT_KINDS) as readonly AuditKind[];

/** What must be told with an entry of a kind. */
export type AuditDetails<K extends AuditKind> = Readonly<Record<(typeof AUDIT_KINDS)[K]["details"][number], string>>;

/** Bounds an entry: a longer text is cut, since nothing hangs on its end. */
export const DETAIL_CHARS = 200;

export const ACTOR_KINDS = ["person", "token", "nobody"] as const;

export interface Actor {
  readonly workspaceId: string;
  /** `nobody`: who did not prove who they are. */
  readonly kind: (typeof ACTOR_KINDS)[number];
  readonly id: string;
  readonly name: string;
  /** The network address that the request came from; empty where it is not known. */
  readonly address: string;
}

export function actorOf({ workspaceId, kind, id, userName, address }: Principal): Actor {
  return { workspaceId, kind, id, name: userName, address };
}

export interface AuditEntry {
  readonly workspaceId: string;
  /** 1, 2, 3, … in the workspace, without a gap. */
  readonly seq: number;
  /** Epoch ms. */
  readonly at: number;
  readonly kind: string;
  readonly actorKind: Actor["kind"];
  readonly actorId: string;
  readonly actorName: string;
  readonly address: string;
  /** The id of what was changed; empty where that is the workspace. */
  readonly target: string;
  /** JSON, as it was hashed. */
  readonly details: string;
  /** Of the entry before; {@link FIRST_PREVIOUS_HASH} for the first. */
  readonly previousHash: string;
  /** SHA-256 of {@link hashedText}. */
  readonly hash: string;
}

export const FIRST_PREVIOUS_HASH = "0".repeat(64);

/** Where a chain ends. */
export interface AuditHead {
  readonly seq: number;
  readonly hash: string;
}

export const EMPTY_HEAD: AuditHead = { seq: 0, hash: FIRST_PREVIOUS_HASH };

/** Everything of an entry but its own hash, in an order and with boundaries that nothing in a field can shift. */
export function hashedText(entry: Omit<AuditEntry, "hash">): string {
  const { workspaceId, seq, at, kind, actorKind, actorId, actorName, address, target, details, previousHash } = entry;
  return JSON.stringify([
    ...[previousHash, workspaceId, seq, at, kind, actorKind, actorId, actorName, address, target, details],
  ]);
}

export interface ChainProblem {
  /** The first entry that is not as it was written, or is missing. */
  readonly seq: number;
  readonly reason: string;
}

/**
 * Follows a part of a chain, in the order of its numbers.
 * @param from where the part before it ended
 * @param marks where the chain is known to have ended at some time
 * @returns where this part ends, or the first thing that is wrong
 */
export async function followChain(
  entries: readonly AuditEntry[],
  from: AuditHead,
  marks: readonly AuditHead[],
  sha256: (text: string) => Promise<string>,
): Promise<{ readonly head: AuditHead; readonly problem: ChainProblem | null }> {
  let head = from;
  for (const entry of entries) {
    const isHash = (await sha256(hashedText(entry))) === entry.hash;
    const reason = isHash ? breakOf(entry, head, marks) : "The entry was changed: its hash is another.";
    if (reason !== null) return { head, problem: { seq: head.seq + 1, reason } };
    head = { seq: entry.seq, hash: entry.hash };
  }
  return { head, problem: null };
}

function breakOf(entry: AuditEntry, { seq, hash }: AuditHead, marks: readonly AuditHead[]): string | null {
  if (entry.seq !== seq + 1) return `The entry is missing: after ${seq} comes ${entry.seq}.`;
  if (entry.previousHash !== hash) return "The entry does not follow on the one before it.";
  const isAnother = marks.some((mark) => mark.seq === seq + 1 && mark.hash !== entry.hash);
  return isAnother ? "The entry is another than the one that was noted here." : null;
}

/** What is missing at the end of a chain, by what is known of where it ended. Null for nothing. */
export function endProblem({ seq }: AuditHead, marks: readonly AuditHead[]): ChainProblem | null {
  const last = Math.max(0, ...marks.map((mark) => mark.seq));
  return last > seq ? { seq: seq + 1, reason: `Entries ${seq + 1} to ${last} are missing.` } : null;
}

const daySchema = z.iso.date("must be a day, as 2026-11-27").or(z.literal("")).default("");

/** Filters of the log: an empty text is no filter. Days are of UTC, and both count. */
export const auditFilterSchema = z.object({
  actor: z.string().max(100).default(""),
  kind: z
    .union([z.enum(AUDIT_KIND_NAMES as readonly [AuditKind, ...AuditKind[]]), z.literal("")], "is no kind of entry")
    .default(""),
  from: daySchema,
  to: daySchema,
});

export type AuditFilter = z.output<typeof auditFilterSchema>;

export const auditEntrySchema = z.strictObject({
  seq: z.number(),
  at: z.string(),
  kind: z.string(),
  actor: z.strictObject({ kind: z.enum(ACTOR_KINDS), id: z.string(), name: z.string() }),
  address: z.string(),
  target: z.string(),
  details: z.record(z.string(), z.string()),
  previousHash: z.string(),
  hash: z.string(),
});

export type ShownAuditEntry = z.output<typeof auditEntrySchema>;

export const auditListSchema = z.strictObject({
  entries: z.array(auditEntrySchema),
  nextCursor: z.string().nullable(),
});

export const auditVerificationSchema = z.strictObject({
  isIntact: z.boolean(),
  /** How many entries were looked at. */
  entries: z.number(),
  /** Where the chain ends: noted elsewhere, it proves later that nothing was taken from its end. */
  head: z.strictObject({ seq: z.number(), hash: z.string() }),
  problem: z.strictObject({ seq: z.number(), reason: z.string() }).nullable(),
});

export type AuditVerification = z.output<typeof auditVerificationSchema>;
