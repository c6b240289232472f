/** The secrets with which an endpoint's messages are signed: sealed where they are kept, opened where they sign. */
import type { Random } from "../domain/ports.ts";
import { openSecret, sealSecret } from "../keys/sealed-secret.ts";

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

export function sealSigningSecret(owner: Owner, key: string, secret: string, random: Random): Promise<string> {
  return sealSecret(key, secret, contextOf(owner), random);
}

/** The current secret, and for a while after a rotation the one before it. Throws without the key that sealed them. */
export async function signingSecrets(sealed: SealedSecrets, key: string | null, now: number): Promise<string[]> {
  if (key === null) throw new Error("RUNYARD_SECRETS_KEY is not set");
  const { sealedSecret, sealedPreviousSecret, previousSecretExpiresAt } = sealed;
  const isRotating = sealedPreviousSecret !== null && previousSecretExpiresAt !== null && previousSecretExpiresAt > now;
  const signing = isRotating ? [sealedSecret, sealedPreviousSecret] : [sealedSecret];
  return Promise.all(signing.map((each) => openSecret(key, each, contextOf(sealed))));
}
