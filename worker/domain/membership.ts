/**
 * The rules of a workspace's people: who may give, change and take which role. That the last owner stays is kept by the
 * database's statements, since two requests at once could each see the other owner.
 */
import * as z from "zod";
import { isAtLeast, ROLES, type Role } from "./access.ts";
import { type Failure, fail } from "./errors.ts";

/** An invitation that nobody took ends after this time: a link in an old mail opens nothing. */
export const INVITATION_MS = 7 * 24 * 3_600_000;
/** Keeps the list readable, and a script from filling the database. */
export const INVITATIONS_MAX = 100;
export const MEMBERS_MAX = 500;
/** Workspaces that one person may be in. */
export const WORKSPACES_MAX = 50;

export const LAST_OWNER = fail("last-owner", "Make somebody else an owner first: a workspace is never without one.");

/** Of the form that deletes a workspace: its name, typed once more. */
export const WORKSPACE_NAME_FIELD = "confirm";
/** Of the form that gives a workspace another name. */
export const NEW_NAME_FIELD = "new-name";

export const nameSchema = z
  .string()
  .trim()
  .min(1, "is empty")
  .max(80, "has more than 80 characters")
  .regex(/^[^\p{Cc}]*$/u, "has characters that cannot be seen");

export const roleSchema = z.enum(ROLES, `must be one of ${ROLES.join(", ")}`);

/** Addresses have at most 254 characters (RFC 5321). */
export const emailSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, "has more than 254 characters")
  .pipe(z.email("must be an e-mail address"));

export const invitationSchema = z.strictObject({
  role: roleSchema,
  /** A note of whom it is for; empty for none. */
  email: z.union([z.literal(""), emailSchema], "must be an e-mail address"),
});

/** What became of an invitation as an e-mail; `nobody` where it names no address. */
export type MailedInvitation = "sent" | "failed" | "not-set-up" | "nobody";

export const roleChangeSchema = z.strictObject({ role: roleSchema });

export interface Member {
  readonly userId: string;
  readonly name: string;
  readonly email: string | null;
  readonly role: Role;
  readonly joinedAt: number;
}

export interface Invitation {
  readonly id: string;
  readonly email: string | null;
  readonly role: Role;
  readonly invitedBy: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** Null when a person of role `actor` may invite somebody as `role`. */
export function invitationRefusal(actor: Role, role: Role): Failure | null {
  return isAtLeast(actor, role) ? null : fail("forbidden", `Inviting somebody as ${role} takes that role oneself.`);
}

/** Null when a person of role `actor` may turn `from` into `to`; `to` is null to take somebody out. */
export function changeRefusal(actor: Role, from: Role, to: Role | null): Failure | null {
  if (!isAtLeast(actor, "admin")) return fail("forbidden", "Changing people takes an admin.");
  if (isAtLeast(actor, from) && (to === null || isAtLeast(actor, to))) return null;
  return fail("forbidden", "Only an owner changes owners, or makes somebody one.");
}
