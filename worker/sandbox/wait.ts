/**
 * One wait of a run for what other runs hold. Says so in a sentence once it takes so long that somebody may wonder, and
 * says when it is over; brief waits pass in silence.
 */
import type { GuestRequest } from "./engine.ts";

/** Longer than runs wait for each other where there is enough for all. */
const SILENT_MS = 1_000;

export class Wait {
  readonly #clock: GuestRequest["clock"];
  readonly #say: GuestRequest["onNotice"];
  readonly #what: string;
  readonly #since: number;
  #isTold = false;

  /** @param what is waited for, as in "Waiting for …" */
  constructor({ clock, onNotice }: Pick<GuestRequest, "clock" | "onNotice">, what: string) {
    this.#clock = clock;
    this.#say = onNotice;
    this.#what = what;
    this.#since = clock.now();
  }

  /** Called now and then while it lasts. */
  goesOn(): void {
    if (this.#isTold || this.#clock.now() - this.#since < SILENT_MS) return;
    this.#isTold = true;
    this.#say(`Waiting for ${this.#what}. The wait does not count as the program's time.`);
  }

  isOver(): void {
    if (!this.#isTold) return;
    this.#say(`The wait is over, after ${((this.#clock.now() - this.#since) / 1_000).toFixed(1)} s.`);
  }
}
