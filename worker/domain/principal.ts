/** Who makes a request: a person with a session, or a machine with a token. Both act in one workspace. */

export interface Principal {
  readonly kind: "person" | "token";
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
