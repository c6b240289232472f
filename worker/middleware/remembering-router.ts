/**
 * Hono's router with a memory for addresses that are asked again and again. The routes here have shapes that only its tree
 * of routes knows, and a look into that takes longer than all middleware together.
 * Invariant: what is remembered has no parameters, so that it is the same for each request.
 */
import type { Result, Router } from "hono/router";
import { TrieRouter } from "hono/router/trie-router";

/** Bounds the memory: anybody can ask for addresses that nobody answers. */
const REMEMBERED_MAX = 200;

export class RememberingRouter<Handler> implements Router<Handler> {
  readonly name = "RememberingRouter";
  readonly #router = new TrieRouter<Handler>();
  readonly #remembered = new Map<string, Result<Handler>>();

  add(method: string, path: string, handler: Handler): void {
    this.#router.add(method, path, handler);
    this.#remembered.clear();
  }

  match(method: string, path: string): Result<Handler> {
    const key = `${method} ${path}`;
    const known = this.#remembered.get(key);
    if (known) return known;
    const found = this.#router.match(method, path);
    if (found[0].every(([, parameters]) => Object.keys(parameters).length === 0)) {
      if (this.#remembered.size >= REMEMBERED_MAX) this.#remembered.delete(this.#remembered.keys().next().value!);
      this.#remembered.set(key, found);
    }
    return found;
  }
}
