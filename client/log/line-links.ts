/**
 * Permalinks to lines: a click on a number puts it into the address, Shift and a click makes a range. Marks the lines
 * that the address names, also when they arrive later.
 */
import { type LineRange, lineHash, parseLineHash, selectLine } from "./permalink.ts";

export class LineLinks {
  readonly #row: (number: number) => HTMLElement | undefined;
  readonly #reveal: (number: number) => void;
  #range: LineRange | null = null;
  #marked: HTMLElement[] = [];
  #isRevealed = false;

  constructor(
    scroller: HTMLElement,
    row: (number: number) => HTMLElement | undefined,
    reveal: (number: number) => void,
    signal: AbortSignal,
  ) {
    this.#row = row;
    this.#reveal = reveal;
    scroller.addEventListener("click", (event) => this.#click(event), { signal });
    addEventListener("hashchange", () => this.follow(), { signal });
  }

  /** Lines that the address names; null when it names none. */
  get range(): LineRange | null {
    return this.#range;
  }

  /** Reads the address and goes to its first line. */
  follow(): void {
    this.#range = parseLineHash(location.hash);
    this.#isRevealed = false;
    this.refresh();
  }

  /** After rows were added: a line that was asked for may be among them. */
  refresh(): void {
    for (const row of this.#marked) row.classList.remove("is-linked");
    this.#marked = [];
    if (!this.#range) return;
    for (let number = this.#range.from; number <= this.#range.to; number++) {
      const row = this.#row(number);
      if (!row) break;
      row.classList.add("is-linked");
      this.#marked.push(row);
    }
    if (this.#isRevealed || this.#marked.length === 0) return;
    this.#isRevealed = true;
    this.#reveal(this.#range.from);
  }

  #click(event: MouseEvent): void {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a.no");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.#range = selectLine(this.#range, Number(link.textContent), event.shiftKey);
    // Shift selects text as well; the range is what was meant.
    if (event.shiftKey) getSelection()?.removeAllRanges();
    history.replaceState(history.state, "", lineHash(this.#range));
    this.#isRevealed = true;
    this.refresh();
  }
}
