/** Tokens of the API: what one is made from, how long it lasts, and what may be read of it afterwards. */
import * as z from "zod";
import { SCOPES, type Scope } from "./access.ts";
import { subjectIdSchema } from "./budget.ts";
import { nameSchema } from "./membership.ts";

/** Names our tokens wherever one turns up, for people and for scanners of secrets. */
export const TOKEN_PREFIX = "ry_";
/** Random bytes of a token: 192 bits cannot be guessed. */
export const TOKEN_BYTES = 24;
/** What stays readable of a token, so that its owner can tell which one it is: 6 of its 48 digits. */
const SHOWN_CHARS = TOKEN_PREFIX.length + 6;
/** Tokens of one person in one workspace. */
export const TOKENS_MAX = 50;

/** How long a token may last, in days; 0 for without an end. */
export const TOKEN_DAYS = [7, 30, 90, 365, 0] as const;
export const DEFAULT_TOKEN_DAYS = 90;
const DAY_MS = 24 * 3_600_000;

export const newTokenSchema = z.strictObject({
  name: nameSchema,
  scopes: z.array(z.enum(SCOPES, "is no scope")).min(1, "choose at least one"),
  /** As the form names it. One that is missing must not be taken for a token without an end. */
  days: z
    .string()
    .refine(
      (text) => TOKEN_DAYS.some((days) => String(days) === text),
      `must be one of ${TOKEN_DAYS.join(", ")} days, 0 for without an end`,
    )
    .transform(Number),
  /** Its name, as budgets of agents name it; empty for none. */
  agent: z
    .literal("")
    .transform(() => null)
    .or(subjectIdSchema),
});
export type NewToken = z.output<typeof newTokenSchema>;

export interface TokenSummary {
  readonly id: string;
  readonly name: string;
  /** Its first characters. */
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  readonly ownerId: string;
  readonly ownerName: string;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
  readonly agent: string | null;
}

export function shownPrefix(token: string): string {
  return token.slice(0, SHOWN_CHARS);
}

/** The instant at which a token of that many days ends; null for never. */
export function tokenEnd(days: number, now: number): number | null {
  return days === 0 ? null : now + days * DAY_MS;
}
