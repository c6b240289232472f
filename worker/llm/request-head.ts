/**
 * What an SDK sends besides the body: where to, and with which headers. It is the same for all calls of one client, and to
 * have it made anew takes longer than all else that is done for a short answer. So the SDK is asked for it once, and the
 * answer is kept for the isolate's life. A key's stand-in is in it, no key; and no socket, signal or body of any call.
 */

export interface RequestHead {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** `fetch` as an SDK calls it. */
export type SdkFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Bounds the memory: one for each address that is called. The oldest are forgotten first. */
const HEADS_MAX = 100;

export class RequestHeads {
  readonly #heads = new Map<string, RequestHead>();

  /**
   * @param key all that the head depends on
   * @param call makes any call of that kind by the SDK, which sends it with this `fetch`: nothing leaves
   */
  async get(key: string, call: (fetch: SdkFetch) => Promise<unknown>): Promise<RequestHead> {
    const known = this.#heads.get(key);
    if (known) return known;
    const sent: RequestHead[] = [];
    await call(async (input, init = {}) => {
      sent.push({ url: String(input), headers: Object.fromEntries(new Headers(init.headers)) });
      return new Response(null);
    });
    const [head] = sent;
    // Reaching this is a bug: the call was made by another `fetch`.
    if (head === undefined) throw new Error("an SDK sent nothing");
    if (this.#heads.size >= HEADS_MAX) this.#heads.delete(this.#heads.keys().next().value!);
    this.#heads.set(key, head);
    return head;
  }
}
