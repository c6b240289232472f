/**
 * Lets a few pieces of work run at once; the others wait in the order of their arrival. Work that nobody wants any more
 * is not waited for.
 * Each waits on its own timer: a request that is woken by another one's promise counts as hung.
 */
import type { Clock } from "../../domain/ports.ts";
import type { PythonHost } from "./protocol.ts";

const LOOK_MS = 10;
/** How often the host is asked whether it still wants what it asked for. */
const WANTED_LOOK_MS = 1_000;

export class Slots {
  readonly #size: number;
  readonly #clock: Clock;
  /** Those that run, then those that wait. */
  readonly #line: symbol[] = [];

  constructor(size: number, clock: Clock) {
    this.#size = size;
    this.#clock = clock;
  }

  async use<T>(work: () => Promise<T>): Promise<T> {
    const ticket = Symbol("ticket");
    this.#line.push(ticket);
    try {
      while (this.#line.indexOf(ticket) >= this.#size) await this.#clock.sleep(LOOK_MS);
      return await work();
    } finally {
      this.#line.splice(this.#line.indexOf(ticket), 1);
    }
  }
}

/** Does the work while the host wants it. Null where it does not, or is gone: the work may then go on, unheard. */
export async function whileWanted<T>(
  host: Pick<PythonHost, "isWanted">,
  clock: Clock,
  work: () => Promise<T>,
): Promise<T | null> {
  if (!(await host.isWanted())) return null;
  let isDone = false;
  const done = work().finally(() => {
    isDone = true;
  });
  const unwanted = (async () => {
    do await clock.sleep(WANTED_LOOK_MS);
    while (!isDone && (await isStillWanted(host)));
    return null;
  })();
  return Promise.race([done, unwanted]);
}

/** A host that does not answer has gone down with its object. */
async function isStillWanted(host: Pick<PythonHost, "isWanted">): Promise<boolean> {
  try {
    return await host.isWanted();
  } catch {
    return false;
  }
}
