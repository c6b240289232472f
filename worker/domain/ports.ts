/**
 * The ports through which the core reaches what is not deterministic: time, ids and randomness.
 * Domain, sandbox and objects take these as arguments, so that a simulation can supply its own.
 */

/** Wall time. `now` is in epoch milliseconds; in a deployed Worker it stands still while code computes. */
export interface Clock {
  now(): number;
  /** Resolves after at least `ms` milliseconds; 0 yields to pending input and output. */
  sleep(ms: number): Promise<void>;
}

/** Cryptographically strong randomness. */
export interface Random {
  bytes(length: number): Uint8Array;
}
