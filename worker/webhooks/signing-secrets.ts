/** The secrets with which an endpoint's messages are signed: sealed where they are kept, opened where they sign. */
import { Secret } from "../domain/secret.ts";
import type { Vault } from "../keys/vault.ts";

export interface SealedSecrets {
  /** The endpoint's. */
  readonly id: string;
  readonly workspaceId: string;
  readonly sealedSecret: string;
  readonly sealedPreviousSecret: string | null;
  readonly previousSecretExpiresAt: number | null;
}

type Owner = Pick<SealedSecrets, "id" | "workspaceId">;

const contextOf = ({ id, workspaceId }: Owner) => `webhook-endpoint/${workspaceId}/${id}`;

export function sealSigningSecret(owner: Owner, vault: Vault, secret: string): Promise<string> {
  return vault.seal(owner.workspaceId, contextOf(owner), new Secret(secret));
}

/** The current secret, and for a while after a rotation the one before it. Throws without the key that sealed them. */
export async function signingSecrets(sealed: SealedSecrets, vault: Vault, now: number): Promise<string[]> {
  const { sealedSecret, sealedPreviousSecret, previousSecretExpiresAt } = sealed;
  const isRotating = sealedPreviousSecret !== null && previousSecretExpiresAt !== null && previousSecretExpiresAt > now;
  const signing = isRotating ? [sealedSecret, sealedPreviousSecret] : [sealedSecret];
  const opened = await Promise.all(signing.map((each) => vault.open(sealed.workspaceId, contextOf(sealed), each)));
  return opened.map((secret) => secret.reveal());
}
