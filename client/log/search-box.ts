/**
 * The search field above a log: the count of matching lines, the way from one to the next, and the marks in the rows.
 * Marks are CSS highlights, so that a search never rewrites the page.
 */

import { formatCount, plural } from "../../worker/views/format.ts";
import { stripAnsi } from "../../worker/views/log/ansi.ts";
import { drawnText, type LogLine } from "../../worker/views/log/log-book.ts";
import { findLines, occurrences, stepThrough } from "./find.ts";

/** Rows that get marks; beyond it, only the current one is marked. */
const MAX_MARKED_ROWS = 1_000;
const TYPING_PAUSE_MS = 120;

export interface SearchBoxParts {
  readonly root: HTMLElement;
  readonly lines: () => readonly LogLine[];
  readonly row: (number: number) => HTMLElement | undefined;
  /** Opens the line's group and brings the line into view. */
  readonly reveal: (number: number) => void;
}

export class SearchBox {
  readonly #parts: SearchBoxParts;
  readonly #input: HTMLInputElement | null;
  readonly #count: HTMLElement | null;
  /** Plain text of each line, made when it is first searched. */
  #plain: { number: number; plain: string }[] = [];
  #matches: number[] = [];
  #current: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: SearchBoxParts, signal: AbortSignal) {
    this.#parts = parts;
    this.#input = parts.root.querySelector("[data-log=search]");
    this.#count = parts.root.querySelector("[data-log=count]");
    const on = (name: string, direction: 1 | -1) =>
      parts.root.querySelector(`[data-log=${name}]`)?.addEventListener("click", () => this.step(direction), { signal });
    on("next", 1);
    on("previous", -1);
    this.#input?.addEventListener("input", () => this.#later(), { signal });
    this.#input?.addEventListener("keydown", (event) => this.#key(event), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  focus(): void {
    this.#input?.focus();
    this.#input?.select();
  }

  get isActive(): boolean {
    return this.#query !== "";
  }

  step(direction: 1 | -1): void {
    const next = stepThrough(this.#matches, this.#current, direction);
    if (next === null) return;
    this.#current = next;
    this.#parts.reveal(next);
    this.#show();
  }

  /** Lines were added, or a part of one changed. */
  refresh(changed: readonly LogLine[]): void {
    for (const line of changed) delete this.#plain[line.number - 1];
    if (this.isActive) this.#later();
  }

  get #query(): string {
    return this.#input?.value ?? "";
  }

  #key(event: KeyboardEvent): void {
    if (event.key === "Enter") {
      event.preventDefault();
      this.step(event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape" && this.#input) {
      this.#input.value = "";
      this.#input.blur();
      this.#search();
    }
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#search(), TYPING_PAUSE_MS);
  }

  #search(): void {
    const lines = this.#parts.lines();
    for (const { number, text } of lines) {
      this.#plain[number - 1] ??= { number, plain: stripAnsi(drawnText(text).text) };
    }
    this.#matches = findLines(this.#plain, this.#query);
    if (this.#current !== null && !this.#matches.includes(this.#current)) this.#current = null;
    this.#show();
  }

  #show(): void {
    if (this.#count) this.#count.textContent = this.#countWords();
    mark("log-match", this.#matches.slice(0, MAX_MARKED_ROWS), this.#query, this.#parts.row);
    mark("log-current", this.#current === null ? [] : [this.#current], this.#query, this.#parts.row);
  }

  #countWords(): string {
    if (!this.isActive) return "";
    if (this.#matches.length === 0) return "No match";
    const total = formatCount(this.#matches.length);
    return this.#current === null
      ? plural(this.#matches.length, "line")
      : `${formatCount(this.#matches.indexOf(this.#current) + 1)} of ${total}`;
  }
}

function mark(name: string, numbers: readonly number[], query: string, rowOf: SearchBoxParts["row"]): void {
  if (!("highlights" in CSS)) return;
  const ranges: Range[] = [];
  for (const number of numbers) {
    const row = rowOf(number);
    if (row) ranges.push(...rangesIn(row, query));
  }
  if (ranges.length > 0) CSS.highlights.set(name, new Highlight(...ranges));
  else CSS.highlights.delete(name);
}

/** A colour change can cut a match into several text nodes, so offsets are counted over all of them. */
function rangesIn(row: HTMLElement, query: string): Range[] {
  const text = row.querySelector(".tx");
  if (!text) return [];
  const nodes: { node: Text; from: number }[] = [];
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  let length = 0;
  while (walker.nextNode()) {
    const node = walker.currentNode as Text;
    nodes.push({ node, from: length });
    length += node.data.length;
  }
  const place = (offset: number) => nodes.findLast(({ from }) => from <= offset);
  return occurrences(text.textContent ?? "", query).flatMap(([from, to]) => {
    const start = place(from);
    const end = place(to - 1);
    if (!start || !end) return [];
    const range = new Range();
    range.setStart(start.node, from - start.from);
    range.setEnd(end.node, to - end.from);
    return [range];
  });
}
