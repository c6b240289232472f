/**
 * Whom this isolate has seen lately: saves a query of the database for each request of somebody who sends many.
 * Invariant: nobody is known for longer than {@link KNOWN_MS} after the database said who they are, so that a revoked
 * session or token is refused by then, everywhere.
 */
import type { Clock } from "../domain/ports.ts";
import type { Principal } from "../domain/principal.ts";

/** Far below the time in which people expect a revocation to have taken effect. */
const KNOWN_MS = 2_000;
/** Bounds the memory: the oldest are forgotten first. */
const KNOWN_MAX = 2_000;

export class KnownPrincipals {
  readonly #clock: Clock;
  readonly #known = new Map<string, { readonly principal: Principal; readonly until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Asks the database where the proof is not known. Who is not found is not remembered.
   * @param proof the kind of a secret and its hash: `token:…` or `session:…`
   */
  async find(proof: string, ask: () => Promise<Principal | null>): Promise<Principal | null> {
    const known = this.#known.get(proof);
    if (known && this.#clock.now() < known.until) return known.principal;
    this.#known.delete(proof);
    const until = this.#clock.now() + KNOWN_MS;
    const principal = await ask();
    if (!principal) return null;
    if (this.#known.size >= KNOWN_MAX) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(proof, { principal, until });
    return principal;
  }

  forget(proof: string): void {
    this.#known.delete(proof);
  }
}
