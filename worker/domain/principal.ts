/** Who makes a request: a person with a session, or a machine with a token. Both act in one workspace. */
import type { Authority } from "./access.ts";

/** What proved a principal, by name: never the secret itself. A session is named by the SHA-256 of its secret. */
export type Credential = `session:${string}` | `token:${string}`;

export interface Principal extends Authority {
  readonly kind: "person" | "token";
  readonly credential: Credential;
  /** The person's or the token's own id. */
  readonly id: string;
  /** Lane of the runs that this principal starts without naming one. */
  readonly lane: string;
  readonly userId: string;
  readonly userName: string;
  readonly workspaceId: string;
  readonly workspaceName: string;
  readonly isSample: boolean;
  /** The agent that a token is for: what it spends on models counts in that agent's budgets, too. */
  readonly agent: string | null;
  /** The network address that the request came from; empty where it is not known. */
  readonly address: string;
}

/** A principal apart from a request. */
export type KnownPrincipal = Omit<Principal, "address">;

/** Who began a run, as the run keeps it. */
export function beginnerOf({ id, agent }: Pick<Principal, "id" | "agent">): { createdBy: string; agent?: string } {
  return { createdBy: id, ...(agent === null ? {} : { agent }) };
}

/** Whose an Idempotency-Key is: a person's keys in one workspace find no run of another one. A token has one alone. */
export function keyOwner({ kind, id, workspaceId }: Pick<Principal, "kind" | "id" | "workspaceId">): string {
  return kind === "person" ? `${workspaceId}:${id}` : id;
}
