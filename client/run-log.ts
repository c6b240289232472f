/**
 * `<run-log>`: a run's log that goes on live. Takes over the rows that the server rendered, connects behind them, and
 * ties together what each has a file of its own: the socket, the rows, following, search, line links.
 *
 * Attributes: data-run, data-state, data-after, data-complete, data-compact. Events, both bubbling: `run-state` with
 * `{ state }` when the run changes it, `run-end` with `{ state }` after the last event. Invariant: every line is drawn
 * once, and drawing waits for a batch, so that a fast program cannot freeze the page.
 */
import type { RunEvent, TerminalState } from "../worker/domain/run.ts";
import { stripAnsi } from "../worker/views/log/ansi.ts";
import { LogBook, type LogGroup } from "../worker/views/log/log-book.ts";
import { copyText, flashLabel } from "./clipboard.ts";
import { onKeys } from "./keys.ts";
import { stepThrough } from "./log/find.ts";
import { Follow } from "./log/follow.ts";
import { LineLinks } from "./log/line-links.ts";
import { LogRows } from "./log/rows.ts";
import { SearchBox } from "./log/search-box.ts";
import { LogStream, type StreamStatus } from "./log/stream.ts";
import { readPreference, writePreference } from "./storage.ts";

/** Changes are drawn together this often: below what reads as live, far above what a frame costs. */
const BATCH_MS = 60;
/** Events applied in one batch, so that a replay of 50,000 lines leaves room for clicks in between. */
const BATCH_EVENTS = 4_000;

const STATUS_WORDS: Readonly<Record<StreamStatus, string>> = {
  connecting: "Connecting …",
  live: "Live",
  reconnecting: "Reconnecting …",
  ended: "",
  denied: "You are signed out. Sign in to go on reading this log.",
};

class RunLogElement extends HTMLElement {
  #book = new LogBook();
  #rows!: LogRows;
  #follow!: Follow;
  #search!: SearchBox;
  #links!: LineLinks;
  #stream: LogStream | null = null;
  #pending: RunEvent[] = [];
  #end: TerminalState | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #listeners = new AbortController();
  #isSetUp = false;

  connectedCallback(): void {
    // A morph or a move in the page connects an element again: the lines are all still there.
    if (!this.#isSetUp) this.#setUp();
    if (this.hasAttribute("data-complete") || this.#end !== null) return;
    this.#stream = new LogStream(this.dataset["run"] ?? "", {
      onEvents: (events) => this.#receive(events),
      onEnd: (_seq, state) => this.#ended(state),
      onStatus: (status) => this.#status(status),
      lastSeq: () => this.#pending.at(-1)?.seq ?? this.#book.lastSeq,
    });
    this.#stream.open();
  }

  disconnectedCallback(): void {
    this.#stream?.close();
    this.#stream = null;
    // A move connects the element again in the same task; only what stays away loses its listeners.
    queueMicrotask(() => {
      if (this.isConnected) return;
      clearTimeout(this.#timer);
      this.#listeners.abort();
    });
  }

  #setUp(): void {
    this.#isSetUp = true;
    const { signal } = this.#listeners;
    const scroller = this.querySelector<HTMLElement>(".log-scroll")!;
    const icons = this.querySelector<HTMLTemplateElement>("template[data-state-icons]")!.content;
    const reveal = (number: number) => this.#reveal(number);
    const row = (number: number) => this.#rows.row(number);
    this.#rows = new LogRows(scroller, icons);
    const { groups, lines } = this.#rows.adopt();
    this.#book.restore(groups, lines, Number(this.dataset["after"] ?? 0));
    this.#follow = new Follow(scroller, this.querySelector("[data-log=follow]"), signal);
    this.#search = new SearchBox({ root: this, lines: () => this.#book.lines, row, reveal }, signal);
    this.#links = new LineLinks(scroller, row, reveal, signal);
    this.#setUpTools(signal);
    for (const details of this.#rows.details()) this.#rememberFold(details);
    if (!this.#isCompact) this.#links.follow();
    if (!this.hasAttribute("data-complete") && this.#links.range === null) this.#follow.start();
  }

  #setUpTools(signal: AbortSignal): void {
    this.#toggle("times", "show-times", "t", false);
    this.#toggle("wrap", "is-unwrapped", "w", true);
    this.#tool("expand", () => {
      const all = this.#rows.details();
      const open = all.some((details) => !details.open);
      for (const details of all) details.open = open;
    });
    this.#tool("copy", async (button) => {
      await copyText(this.#textToCopy());
      flashLabel(button, "[data-log-label]", "Copied");
    });
    if (this.#isCompact) return;
    const step = (direction: 1 | -1) =>
      this.#search.isActive ? this.#search.step(direction) : this.#stepErrors(direction);
    onKeys(
      { "/": () => this.#search.focus(), f: () => this.#follow.start(), n: () => step(1), N: () => step(-1) },
      signal,
    );
  }

  get #isCompact(): boolean {
    return this.hasAttribute("data-compact");
  }

  #tool(name: string, act: (button: HTMLElement) => void): void {
    const button = this.querySelector<HTMLElement>(`[data-log=${name}]`);
    button?.addEventListener("click", () => act(button), { signal: this.#listeners.signal });
  }

  /** A remembered switch with a key. `isInverse`: the class stands for "off". */
  #toggle(name: string, className: string, key: string, isInverse: boolean): void {
    const button = this.querySelector<HTMLElement>(`[data-log=${name}]`);
    if (!button) return;
    const set = (on: boolean) => {
      button.setAttribute("aria-pressed", String(on));
      this.classList.toggle(className, on !== isInverse);
    };
    const flip = () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      set(on);
      writePreference(`log-${name}`, String(on));
    };
    const remembered = readPreference(`log-${name}`);
    if (remembered !== null) set(remembered === "true");
    button.addEventListener("click", flip, { signal: this.#listeners.signal });
    onKeys({ [key]: flip }, this.#listeners.signal);
  }

  #receive(events: readonly RunEvent[]): void {
    // One by one: spreading a large frame into arguments overflows the stack.
    for (const event of events) this.#pending.push(event);
    // A hidden page's timers run once a second or a minute: the server would take it for stuck.
    if (document.hidden) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), BATCH_MS);
  }

  #ended(state: TerminalState): void {
    this.#end = state;
    this.#timer ??= setTimeout(() => this.#flush(), BATCH_MS);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#pending.splice(0, BATCH_EVENTS);
    const before = this.#book.lastSeq;
    for (const event of batch) this.#book.apply(event);
    this.#draw();
    if (this.#book.lastSeq > before) this.#stream?.acknowledge(this.#book.lastSeq);
    for (const event of batch) {
      if (event.type === "state" && event.seq > before) this.#announce("run-state", event.state);
    }
    if (this.#pending.length > 0) this.#timer = setTimeout(() => this.#flush(), 0);
    else if (this.#end !== null) this.#finish(this.#end);
  }

  #draw(): void {
    const changes = this.#book.drain();
    for (const group of changes.newGroups) this.#addGroup(group);
    this.#rows.addLines(changes.newLines);
    for (const line of changes.changedLines) this.#rows.updateLine(line);
    for (const group of changes.changedGroups) this.#rows.updateGroup(group);
    if (changes.newLines.length > 0 || changes.changedLines.length > 0) {
      this.#follow.grew(changes.newLines.length);
      this.#search.refresh([...changes.changedLines, ...changes.newLines]);
    }
    if (changes.newLines.length > 0 && !this.#isCompact) this.#links.refresh();
  }

  #addGroup(group: LogGroup): void {
    this.#rememberFold(this.#rows.addGroup(group, group.step === "execute" || group.state !== "succeeded"));
  }

  /** A group that a person folded or opened stays so, on every run. */
  #rememberFold(details: HTMLDetailsElement): void {
    const name = `log-fold-${details.dataset["step"]}`;
    const remembered = this.#isCompact ? null : readPreference(name);
    if (remembered !== null) details.open = remembered === "open";
    details.querySelector("summary")?.addEventListener("click", () => {
      // The click comes before the change.
      writePreference(name, details.open ? "folded" : "open");
    });
  }

  #finish(state: TerminalState): void {
    this.#stream?.close();
    this.#stream = null;
    this.dataset["state"] = state;
    this.#status("ended");
    const empty = this.querySelector(".log-empty");
    if (empty) empty.textContent = "The run wrote no output.";
    this.#announce("run-end", state);
  }

  #announce(name: "run-state" | "run-end", state: string): void {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail: { state } }));
  }

  #status(status: StreamStatus): void {
    this.dataset["stream"] = status;
    const shown = this.querySelector(".log-status");
    if (shown) shown.textContent = STATUS_WORDS[status];
  }

  #reveal(number: number): void {
    const row = this.#rows.row(number);
    if (!row) return;
    this.#follow.pause();
    const details = row.closest("details");
    if (details) details.open = true;
    row.scrollIntoView({ block: "center" });
  }

  #stepErrors(direction: 1 | -1): void {
    const errors = this.#book.lines.filter((line) => line.stream === "stderr").map((line) => line.number);
    const current = this.#links.range?.from ?? null;
    const next = stepThrough(errors, current, direction);
    if (next === null) return;
    history.replaceState(history.state, "", `#L${next}`);
    this.#links.follow();
  }

  #textToCopy(): string {
    const range = this.#links.range;
    const lines = range ? this.#book.lines.slice(range.from - 1, range.to) : this.#book.lines;
    return lines.map((line) => `${stripAnsi(line.text)}\n`).join("");
  }
}

customElements.define("run-log", RunLogElement);
