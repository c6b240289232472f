/**
 * Following the end of a scroller: scrolling up pauses it, reaching the bottom resumes it. Owns the Follow button and
 * the count of lines that came in the meantime.
 */
import { plural } from "../../worker/views/format.ts";

/** Closer to the end than this counts as at the end: fractions of pixels, and half a row. */
const END_PX = 12;

export class Follow {
  readonly #scroller: HTMLElement;
  readonly #button: HTMLElement | null;
  #isFollowing = false;
  #lastTop = 0;
  #missedLines = 0;

  constructor(scroller: HTMLElement, button: HTMLElement | null, signal: AbortSignal) {
    this.#scroller = scroller;
    this.#button = button;
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true, signal });
    button?.addEventListener("click", () => this.start(), { signal });
  }

  start(): void {
    this.#isFollowing = true;
    this.#missedLines = 0;
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#lastTop = this.#scroller.scrollTop;
    this.#show();
  }

  pause(): void {
    this.#isFollowing = false;
    this.#show();
  }

  get isFollowing(): boolean {
    return this.#isFollowing;
  }

  /** After new lines are in the page. */
  grew(lines: number): void {
    if (this.#isFollowing) this.start();
    else {
      this.#missedLines += lines;
      this.#show();
    }
  }

  #scrolled(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const isAtEnd = scrollHeight - scrollTop - clientHeight <= END_PX;
    // Only a move upwards is the person's: the end moves away by itself while lines arrive.
    const isMovedUp = scrollTop < this.#lastTop - 1;
    this.#lastTop = scrollTop;
    if (isAtEnd) {
      this.#missedLines = 0;
      this.#isFollowing = true;
    } else if (isMovedUp) this.#isFollowing = false;
    this.#show();
  }

  #show(): void {
    if (!this.#button) return;
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    this.#button.hidden = this.#isFollowing || scrollHeight - scrollTop - clientHeight <= END_PX;
    const label = this.#button.querySelector("[data-log-label]");
    if (label)
      label.textContent = this.#missedLines > 0 ? `Follow · ${plural(this.#missedLines, "new line")}` : "Follow";
  }
}
