/** Who makes a request: a person with a session, or a machine with a token. Both act in one workspace. */

/** What proved a principal, by name: never the secret itself. A session is named by the SHA-256 of its secret. */
export type Credential = `session:${string}` | `token:${string}`;

export interface Principal {
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
}
