/**
 * The elements of a log: groups, chunks of rows, rows. Makes them for new lines, and reads back what the server
 * rendered. Invariant: a row here has the structure of the row in worker/views/log/log-view.tsx.
 */
import type { EventStream, StepName, StepState } from "../../worker/domain/run.ts";
import { durationMs, formatCount, formatDuration, formatLogTime, plural } from "../../worker/views/format.ts";
import { parseAnsi } from "../../worker/views/log/ansi.ts";
import { CHUNK_LINES, drawnText, type LogGroup, type LogLine } from "../../worker/views/log/log-book.ts";
import { STEP_WORDS } from "../../worker/views/run-words.ts";

interface GroupElements {
  readonly details: HTMLDetailsElement;
  chunk: HTMLElement | null;
}

export class LogRows {
  readonly #scroller: HTMLElement;
  readonly #icons: DocumentFragment;
  readonly #groups = new Map<string, GroupElements>();
  /** Row of each line: index is its number less one. */
  readonly #rows: HTMLElement[] = [];

  constructor(scroller: HTMLElement, icons: DocumentFragment) {
    this.#scroller = scroller;
    this.#icons = icons;
  }

  row(number: number): HTMLElement | undefined {
    return this.#rows[number - 1];
  }

  details(): HTMLDetailsElement[] {
    return [...this.#groups.values()].map((group) => group.details);
  }

  /** Reads what the server rendered. Lines come in the order of their numbers, whatever group they lie in. */
  adopt(): { groups: LogGroup[]; lines: LogLine[] } {
    const groups: LogGroup[] = [];
    const lines: LogLine[] = [];
    for (const details of this.#scroller.querySelectorAll<HTMLDetailsElement>("details.log-group")) {
      const group = groupOf(details);
      groups.push(group);
      this.#groups.set(group.key, { details, chunk: details.querySelector<HTMLElement>(".log-chunk:not(.is-full)") });
      for (const row of details.querySelectorAll<HTMLElement>(".ln")) {
        const line = lineOf(row, group);
        this.#rows[line.number - 1] = row;
        lines.push(line);
      }
    }
    return { groups, lines: lines.toSorted((a, b) => a.number - b.number) };
  }

  addGroup(group: LogGroup, isOpen: boolean): HTMLDetailsElement {
    const details = document.createElement("details");
    details.className = "log-group";
    details.open = isOpen;
    Object.assign(details.dataset, { key: group.key, step: group.step, attempt: String(group.attempt) });
    const name = span("log-group-name");
    name.textContent = STEP_WORDS[group.step] + (group.attempt > 1 ? ` · attempt ${group.attempt}` : "");
    const summary = document.createElement("summary");
    summary.append(part("", "icon"), name, part("muted", "lines"), part("muted duration", "duration"));
    details.append(summary);
    this.#scroller.querySelector(".log-empty")?.remove();
    this.#scroller.append(details);
    this.#groups.set(group.key, { details, chunk: null });
    this.updateGroup(group);
    return details;
  }

  updateGroup(group: LogGroup): void {
    const details = this.#groups.get(group.key)?.details;
    if (!details) return;
    const find = (name: string) => details.querySelector(`[data-part="${name}"]`);
    if (details.dataset["state"] !== group.state) {
      details.dataset["state"] = group.state;
      const icon = this.#icons.querySelector(`[data-step-state="${group.state}"]`);
      if (icon) find("icon")?.replaceChildren(icon.cloneNode(true));
    }
    const lines = find("lines");
    if (lines && group.lineCount > 0) lines.textContent = plural(group.lineCount, "line");
    const duration = durationMs(group.startedAt, group.finishedAt);
    const shown = find("duration");
    if (shown && duration !== null) shown.textContent = formatDuration(duration);
  }

  /** Appends rows; a run of rows for one chunk enters the page at once. */
  addLines(lines: readonly LogLine[]): void {
    const pending = new Map<HTMLElement, HTMLElement[]>();
    for (const line of lines) {
      const group = this.#groups.get(line.group.key);
      if (!group) continue;
      const row = rowOf(line);
      this.#rows[line.number - 1] = row;
      const chunk = group.chunk ?? addChunk(group);
      const rows = pending.get(chunk) ?? [];
      rows.push(row);
      pending.set(chunk, rows);
      if (chunk.childElementCount + rows.length < CHUNK_LINES) continue;
      chunk.classList.add("is-full");
      group.chunk = null;
    }
    for (const [chunk, rows] of pending) chunk.append(...rows);
  }

  updateLine(line: LogLine): void {
    this.row(line.number)
      ?.querySelector(".tx")
      ?.replaceChildren(...textNodes(line.text));
  }
}

function addChunk(group: GroupElements): HTMLElement {
  const chunk = document.createElement("div");
  chunk.className = "log-chunk";
  group.details.append(chunk);
  group.chunk = chunk;
  return chunk;
}

function rowOf(line: LogLine): HTMLElement {
  const row = document.createElement("div");
  row.className = "ln";
  row.id = `L${line.number}`;
  row.dataset["stream"] = line.stream;
  row.dataset["at"] = formatLogTime(line.at);
  const number = document.createElement("a");
  number.className = "no";
  number.href = `#L${line.number}`;
  number.textContent = String(line.number);
  const text = span("tx");
  text.append(...textNodes(line.text));
  row.append(number, text);
  return row;
}

function textNodes(raw: string): (Node | string)[] {
  const { text, hiddenChars } = drawnText(raw);
  const nodes: (Node | string)[] = parseAnsi(text).map((part) => {
    if (part.className === "") return part.text;
    const styled = span(part.className);
    styled.textContent = part.text;
    return styled;
  });
  if (hiddenChars > 0) {
    const note = document.createElement("i");
    note.className = "muted";
    note.textContent = ` … ${formatCount(hiddenChars)} more characters in the raw log`;
    nodes.push(note);
  }
  return nodes;
}

function groupOf(details: HTMLDetailsElement): LogGroup {
  const { key = "", step, attempt, state, startedAt, finishedAt } = details.dataset;
  return {
    key,
    step: step as StepName,
    attempt: Number(attempt),
    state: state as StepState,
    startedAt: startedAt ?? null,
    finishedAt: finishedAt ?? null,
    lineCount: details.querySelectorAll(".ln").length,
  };
}

/** An adopted line knows its text without colours, unless it is still open and brought its raw text along. */
function lineOf(row: HTMLElement, group: LogGroup): LogLine {
  const raw = row.dataset["raw"];
  return {
    number: Number(row.id.slice(1)),
    at: row.dataset["at"] ?? "",
    stream: row.dataset["stream"] as EventStream,
    group,
    text: raw ?? row.querySelector(".tx")?.textContent ?? "",
    open: raw !== undefined,
  };
}

function span(className: string): HTMLSpanElement {
  const element = document.createElement("span");
  element.className = className;
  return element;
}

function part(className: string, name: string): HTMLSpanElement {
  const element = span(className);
  element.dataset["part"] = name;
  return element;
}
