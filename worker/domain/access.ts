/**
 * Who may do what: roles of people in a workspace, scopes of tokens, and the one rule that compares them with what a route
 * asks for. A token acts for the person who made it: it can never do more than that person may at that moment.
 */
import { type Failure, fail } from "./errors.ts";

/** From the least to the most: each role may do whatever those before it may. */
export const ROLES = ["viewer", "member", "admin", "owner"] as const;
export type Role = (typeof ROLES)[number];

/** What people read of a role. */
export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  viewer: "sees everything, changes nothing",
  member: "starts and steers runs, too",
  admin: "changes settings and people, too",
  owner: "changes other owners, too",
};

/** What a token may be for, with what people read of it. */
export const SCOPE_WORDS = {
  "runs:read":
    "see runs, their logs, meetings, snippets, calls of models with prompts and answers, the queue and the figures",
  "runs:write": "start, steer, cancel and replay runs; pause lanes; change meetings and snippets",
  "items:read": "read stories, blockers, action items, decisions, meetings and members through capabilities",
  "items:write": "change stories, blockers, action items and decisions; decide about effects, apply and undo them",
  "code:run": "run programs that call capabilities, as far as the token reads and writes items",
  "models:call": "ask the workspace's models, at its expense",
  "settings:read":
    "see repositories, webhooks, inbound endpoints, deliveries, budgets, and provider keys but for the keys themselves; the audit log, too, for an admin",
  "settings:write": "change repositories, webhooks, inbound endpoints, budgets and provider keys; rebuild",
  "metrics:read": "read /metrics and the health of the parts, and no program",
} as const satisfies Record<string, string>;
export type Scope = keyof typeof SCOPE_WORDS;
export const SCOPES = Object.keys(SCOPE_WORDS) as readonly Scope[];

/**
 * What a route asks of whoever uses it. `open`: nothing, or the request proves itself in another way (a signed delivery,
 * the secret in a link). `scope: null`: people alone, never a token.
 */
export type Access = "open" | { readonly role: Role; readonly scope: Scope | null };

/** What the rule must know of a principal. `scopes` is null for a person: a session may do all that the role allows. */
export interface Authority {
  readonly role: Role;
  readonly scopes: readonly Scope[] | null;
}

export function isAtLeast(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** Null when the route may be used. It looks at no id: the answer tells nothing about what exists. */
export function refusalOf({ role, scopes }: Authority, access: Exclude<Access, "open">): Failure | null {
  if (scopes !== null && access.scope === null) {
    return fail("forbidden", "A token cannot do this: sign in to the console.");
  }
  if (scopes !== null && access.scope !== null && !scopes.includes(access.scope)) {
    return fail("forbidden", `The token was made without the scope ${access.scope}.`);
  }
  if (isAtLeast(role, access.role)) return null;
  const who = scopes === null ? "Your role" : "The role of the token's maker";
  return fail("forbidden", `${who} in this workspace is ${role}. This takes ${access.role} or more.`);
}
