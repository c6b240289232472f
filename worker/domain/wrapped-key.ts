/** The data key of a workspace as it is stored: never in clear. */
export interface WrappedKey {
  readonly wrapped: string;
  /** Fingerprint of the key-encryption key. */
  readonly wrappedBy: string;
}
