/**
 * Clients of SDKs that are kept for the isolate's life: to make one takes longer than all else that an SDK does for a short
 * answer. A Worker may not carry sockets and signals over from another request, so that a client holds none: each call
 * brings its own way to the network.
 */

/** `fetch` as an SDK calls it. */
export type SdkFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Bounds the memory: one for each address that is called. The oldest are forgotten first. */
const CLIENTS_MAX = 100;

interface CallInit extends RequestInit {
  readonly sentBy?: SdkFetch;
}

/** What a client is made with. */
export const sentByCall: SdkFetch = (input, init) => {
  const { sentBy, ...rest } = init as CallInit;
  // Reaching this is a bug: a call was made without callOptions.
  if (sentBy === undefined) throw new Error("a call of a kept client brought no fetch");
  return sentBy(input, rest);
};

/** What each of its calls is made with. Both SDKs hand `fetchOptions` on as they are. */
export function callOptions(fetch: SdkFetch) {
  return { fetchOptions: { sentBy: fetch } as object };
}

export class KeptClients<Client> {
  readonly #clients = new Map<string, Client>();

  /** @param key all that it is made with */
  get(key: string, make: () => Client): Client {
    const known = this.#clients.get(key);
    if (known) return known;
    if (this.#clients.size >= CLIENTS_MAX) this.#clients.delete(this.#clients.keys().next().value!);
    const made = make();
    this.#clients.set(key, made);
    return made;
  }
}
