/**
 * Who of the guests of one isolate takes the next slice. First come, first served, and one slice to a turn of the event
 * loop: the platform answers all timers that are due before it looks at input again, so ten guests whose timers are due
 * at once would take ten slices in a row, and everybody else would wait for all of them at each step of a request.
 *
 * Plain numbers, shared by all requests of the isolate: each guest waits on timers of its own and looks here whether it is
 * its turn, because a Worker must not be woken by what another request does.
 */
import type { Clock } from "../../domain/ports.ts";
import { SLICE_MS } from "./limits.ts";

/** Those before a guest may all end meanwhile, and nobody would compute until it looks. */
const LONGEST_NAP_MS = 10 * SLICE_MS;
/** Who is so late never comes, for example because its object was evicted. It holds up nobody; if it does come, it queues anew. */
const FORGOTTEN_MS = 100;

interface Waiter {
  /** When its timer is due, on the clock. */
  dueAt: number;
  /** {@link SliceQueue.#begun} when it set its timer. */
  seen: number;
}

/** A guest that wants to compute. */
export interface Claim {
  readonly clock: Clock;
  /** From then on the guest need not wait any longer, in milliseconds since 1970: it must end. */
  readonly deadline: number;
  /** Aborted when the guest must end. */
  readonly signal: AbortSignal;
  /** When the timer was due that woke the guest; null for one that has not slept. */
  readonly wokenAt: number | null;
}

export class SliceQueue {
  /** In the order in which they came. */
  readonly #waiting = new Set<Waiter>();
  /** How often a guest began to compute, and when the last one did. */
  #begun = 0;
  #begunAt = Number.NEGATIVE_INFINITY;

  /** A guest begins to compute. */
  begin(now: number): void {
    this.#begun += 1;
    this.#begunAt = now;
  }

  /** Waits until it is this guest's turn, or it must end. */
  async next({ clock, deadline, signal, wokenAt }: Claim): Promise<void> {
    const waiter = { dueAt: wokenAt ?? Number.NEGATIVE_INFINITY, seen: Number.NaN };
    this.#waiting.add(waiter);
    try {
      while (!this.#mayBegin(waiter, clock.now())) {
        // It may have been forgotten.
        this.#waiting.add(waiter);
        const now = clock.now();
        const napMs = Math.max(0, Math.min(this.#napMs(waiter), deadline - now));
        waiter.dueAt = now + napMs;
        waiter.seen = this.#begun;
        await sleep(clock, napMs, signal);
        if (signal.aborted || clock.now() >= deadline) return;
      }
    } finally {
      this.#waiting.delete(waiter);
    }
  }

  /** Its timer is due while the one before it computes: input is looked at then, and no time is lost between the two. */
  #napMs(waiter: Waiter): number {
    let napMs = -SLICE_MS / 2;
    for (const other of this.#waiting) {
      if (other === waiter || napMs >= LONGEST_NAP_MS) break;
      napMs += SLICE_MS;
    }
    return napMs;
  }

  /**
   * Input was looked at since another guest began where nobody did while the timer ran, or where it was not due by then:
   * it was not answered in the same turn of the event loop as that guest's.
   */
  #mayBegin(waiter: Waiter, now: number): boolean {
    const isNewTurn = waiter.seen === this.#begun || waiter.dueAt > this.#begunAt;
    return isNewTurn && this.#isFirst(waiter, now);
  }

  #isFirst(waiter: Waiter, now: number): boolean {
    for (const other of this.#waiting) {
      if (other === waiter) return true;
      if (now - other.dueAt <= FORGOTTEN_MS) return false;
      this.#waiting.delete(other);
    }
    // It was forgotten itself.
    return false;
  }
}

/** Sleeps for so long, or until the signal is aborted. Leaves no listener behind: a long run sleeps a hundred thousand times. */
function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const wake = () => {
      signal.removeEventListener("abort", wake);
      resolve();
    };
    signal.addEventListener("abort", wake);
    clock.sleep(ms).then(wake, reject);
  });
}
