/**
 * `setTimeout`, `setInterval` and their kin. The guest keeps the timers; the host decides when the next one may run.
 * Invariant: timers run in order of due time, then of creation; each runs as a turn of its own.
 */
import { defineGlobal, type GuestHost } from "./guest-host.ts";

interface Timer {
  readonly id: number;
  dueAt: number;
  readonly every: number | null;
  /** False for one that does not keep a program alive that is done otherwise. */
  readonly keeps: boolean;
  readonly run: () => void;
}

const MAX_DELAY_MS = 2 ** 31 - 1;

export interface TimerQueue {
  /**
   * When the next timer is due, in milliseconds of the guest's clock; -1 where there is none.
   * @param isDone true where the program waits for nothing but its timers
   */
  nextDueAt(isDone: boolean): number;
  /** Runs a callback later, if the program lives that long. */
  inBackground(ms: number, run: () => void): void;
  /** Runs the next timer, which must be due. What it throws is thrown. */
  runNext(): void;
}

export function installTimers(host: GuestHost): TimerQueue {
  const timers = new Map<number, Timer>();
  let lastId = 0;

  const start = (name: string, repeat: boolean) =>
    function set(callback: unknown, delay?: unknown, ...args: unknown[]): number {
      if (typeof callback !== "function") throw new TypeError(`${name} needs a function`);
      const wanted = Math.trunc(Number(delay));
      const ms = wanted >= 1 && wanted <= MAX_DELAY_MS ? wanted : 1;
      const immediate = !repeat && !(wanted >= 1);
      lastId += 1;
      const id = lastId;
      const run = () => void callback(...args);
      timers.set(id, { id, dueAt: host.now() + (immediate ? 0 : ms), every: repeat ? ms : null, keeps: true, run });
      return id;
    };
  const clear = (id?: unknown) => {
    timers.delete(Number(id));
  };
  defineGlobal("setTimeout", start("setTimeout", false));
  defineGlobal("setInterval", start("setInterval", true));
  defineGlobal("setImmediate", (callback: unknown, ...args: unknown[]) =>
    start("setImmediate", false)(callback, 0, ...args),
  );
  for (const name of ["clearTimeout", "clearInterval", "clearImmediate"]) defineGlobal(name, clear);
  defineGlobal("queueMicrotask", (callback: unknown) => {
    if (typeof callback !== "function") throw new TypeError("queueMicrotask needs a function");
    // What the callback throws becomes an unhandled rejection, which ends the run like any other.
    Promise.resolve().then(() => void callback());
  });

  const next = () => {
    let earliest: Timer | null = null;
    for (const timer of timers.values()) {
      if (earliest === null || timer.dueAt < earliest.dueAt) earliest = timer;
    }
    return earliest;
  };
  return {
    nextDueAt(isDone) {
      const isOver = isDone && ![...timers.values()].some(({ keeps }) => keeps);
      return isOver ? -1 : (next()?.dueAt ?? -1);
    },
    inBackground(ms, run) {
      lastId += 1;
      timers.set(lastId, { id: lastId, dueAt: host.now() + ms, every: null, keeps: false, run });
    },
    runNext() {
      const timer = next();
      if (timer === null) return;
      if (timer.every === null) timers.delete(timer.id);
      else {
        timer.dueAt = Math.max(host.now(), timer.dueAt) + timer.every;
        // Behind timers that are due at the same time.
        timers.delete(timer.id);
        timers.set(timer.id, timer);
      }
      timer.run();
    },
  };
}
