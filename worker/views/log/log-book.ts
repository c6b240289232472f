/**
 * A run's live events as numbered lines in groups, one group for each attempt of a step. Shared by the server, which
 * renders the first lines, and by the browser, which goes on from there. Knows nothing of the DOM.
 *
 * Invariant: the same events give the same line numbers, however they were cut into batches; an event whose sequence
 * number was already seen changes nothing.
 */
import type { EventStream, RunEvent, StepName, StepState } from "../../domain/run.ts";

/** Lines in one chunk of the scroller: the unit that the browser skips while it is out of sight. */
export const CHUNK_LINES = 200;

export interface LogLine {
  /** From 1, over the whole log, in the order in which lines began. */
  readonly number: number;
  readonly at: string;
  readonly stream: EventStream;
  readonly group: LogGroup;
  /** As it was written, control sequences included. */
  text: string;
  /** True until its line feed arrived. */
  open: boolean;
}

export interface LogGroup {
  readonly key: string;
  readonly step: StepName;
  readonly attempt: number;
  state: StepState;
  startedAt: string | null;
  finishedAt: string | null;
  lineCount: number;
}

/** What changed since it was last drained; each list holds an entry once. */
export interface LogChanges {
  readonly newGroups: readonly LogGroup[];
  readonly changedGroups: readonly LogGroup[];
  readonly newLines: readonly LogLine[];
  readonly changedLines: readonly LogLine[];
}

export class LogBook {
  readonly lines: LogLine[] = [];
  readonly groups: LogGroup[] = [];
  lastSeq = 0;
  #open = new Map<string, LogLine>();
  #newGroups = new Set<LogGroup>();
  #changedGroups = new Set<LogGroup>();
  #newLines = new Set<LogLine>();
  #changedLines = new Set<LogLine>();

  apply(event: RunEvent): void {
    if (event.seq <= this.lastSeq) return;
    this.lastSeq = event.seq;
    if (event.type === "output") this.#output(event.step, event.stream, event.text, event.at);
    else if (event.type === "step-start") this.#start(event.step, event.attempt, event.at);
    else if (event.type === "step-end") this.#end(event.step, event.state, event.at);
  }

  /** Takes over what is on the page already: groups and lines in their order, and the sequence number they reach. */
  restore(groups: readonly LogGroup[], lines: readonly LogLine[], lastSeq: number): void {
    this.groups.push(...groups);
    for (const line of lines) {
      this.lines.push(line);
      if (line.open) this.#open.set(openKey(line.group.step, line.stream), line);
    }
    this.lastSeq = lastSeq;
  }

  drain(): LogChanges {
    const changes = {
      newGroups: [...this.#newGroups],
      changedGroups: [...this.#changedGroups].filter((group) => !this.#newGroups.has(group)),
      newLines: [...this.#newLines],
      changedLines: [...this.#changedLines].filter((line) => !this.#newLines.has(line)),
    };
    for (const set of [this.#newGroups, this.#changedGroups, this.#newLines, this.#changedLines]) set.clear();
    return changes;
  }

  #output(step: StepName, stream: EventStream, text: string, at: string): void {
    const key = openKey(step, stream);
    const parts = text.split("\n");
    for (const [index, part] of parts.entries()) {
      const isWhole = index < parts.length - 1;
      if (part === "" && !isWhole) continue;
      let line = this.#open.get(key);
      if (line) {
        line.text += part;
        this.#changedLines.add(line);
      } else line = this.#add(step, stream, part, at);
      line.open = !isWhole;
      if (isWhole) this.#open.delete(key);
      else this.#open.set(key, line);
    }
  }

  #add(step: StepName, stream: EventStream, text: string, at: string): LogLine {
    const group = this.#latest(step) ?? this.#start(step, 1, at);
    const line: LogLine = { number: this.lines.length + 1, at, stream, group, text, open: true };
    group.lineCount++;
    this.lines.push(line);
    this.#newLines.add(line);
    this.#changedGroups.add(group);
    return line;
  }

  #start(step: StepName, attempt: number, at: string): LogGroup {
    this.#close(step);
    // A step may come again in one attempt: a program that was mended is checked once more.
    const before = this.groups.filter((group) => group.step === step && group.attempt === attempt).length;
    const group: LogGroup = {
      key: `${step}-${attempt}${before === 0 ? "" : `-${before + 1}`}`,
      step,
      attempt,
      state: "running",
      startedAt: at,
      finishedAt: null,
      lineCount: 0,
    };
    this.groups.push(group);
    this.#newGroups.add(group);
    return group;
  }

  #end(step: StepName, state: StepState, at: string): void {
    this.#close(step);
    const group = this.#latest(step);
    if (!group) return;
    group.state = state;
    group.finishedAt = at;
    this.#changedGroups.add(group);
  }

  #close(step: StepName): void {
    for (const [key, line] of this.#open) {
      if (line.group.step !== step) continue;
      line.open = false;
      this.#open.delete(key);
    }
  }

  #latest(step: StepName): LogGroup | undefined {
    return this.groups.findLast((group) => group.step === step);
  }
}

function openKey(step: StepName, stream: EventStream): string {
  return `${step}/${stream}`;
}

/** Longest line that is drawn, in UTF-16 code units: a minified bundle on one line would stall the layout. */
export const MAX_DRAWN_CHARS = 10_000;

/** What of a line is drawn: after a carriage return a terminal writes over it, and very long lines are cut. */
export function drawnText(text: string): { text: string; hiddenChars: number } {
  const ended = text.endsWith("\r") ? text.slice(0, -1) : text;
  const visible = ended.slice(ended.lastIndexOf("\r") + 1);
  return { text: visible.slice(0, MAX_DRAWN_CHARS), hiddenChars: Math.max(0, visible.length - MAX_DRAWN_CHARS) };
}
