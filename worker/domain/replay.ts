/**
 * What a replay found: that a run came out the same, or the first thing that did not. Pure.
 */
import type { JsonValue, LimitName, ProgramError, Usage } from "./guest-outcome.ts";
import type { TerminalState } from "./run.ts";

export interface OutputSegment {
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

/** One call of a capability: its name, and its input as JSON text. */
export interface TracedCall {
  readonly capability: string;
  readonly input: string;
}

/** All of a run that anybody can see, its times left out: those are the only thing that may differ. */
export interface RunTrace {
  readonly output: readonly OutputSegment[];
  readonly hostCalls: readonly TracedCall[];
  readonly state: TerminalState;
  readonly result: JsonValue | undefined;
  readonly error: ProgramError | null;
  readonly limitReached: LimitName | null;
  readonly usage: Pick<Usage, "fuel" | "memoryBytes">;
}

export const REPLAY_ASPECTS = ["output", "host-call", "state", "result", "error", "fuel", "memory"] as const;

export interface ReplayDifference {
  readonly aspect: (typeof REPLAY_ASPECTS)[number];
  /** Where, for output: `stdout line 12`; for host calls: `call 3`. Counted from 1. */
  readonly place: string | null;
  /** What was there before, shortened; null for nothing. */
  readonly recorded: string | null;
  readonly replayed: string | null;
}

export interface ReplayVerdict {
  readonly identical: boolean;
  /** Null where the two are identical. */
  readonly difference: ReplayDifference | null;
  /** The engine that ran first and the one that ran now: different engines may count differently. */
  readonly engine: { readonly recorded: string; readonly replayed: string };
  /** Of the replay; its wall time has no waiting in it. */
  readonly usage: Usage;
}

const SHOWN_CHARS = 500;

/** The first difference in the order in which a reader looks: what was printed, what was asked, how it ended, its cost. */
export function firstDifference(recorded: RunTrace, replayed: RunTrace): ReplayDifference | null {
  return (
    outputDifference(recorded.output, replayed.output) ??
    callDifference(recorded.hostCalls, replayed.hostCalls) ??
    differ("state", recorded.state, replayed.state) ??
    differ("result", json(recorded.result), json(replayed.result)) ??
    differ("error", errorText(recorded), errorText(replayed)) ??
    differ("fuel", String(recorded.usage.fuel), String(replayed.usage.fuel)) ??
    differ("memory", String(recorded.usage.memoryBytes), String(replayed.usage.memoryBytes))
  );
}

function differ(
  aspect: ReplayDifference["aspect"],
  recorded: string | null,
  replayed: string | null,
  place: string | null = null,
): ReplayDifference | null {
  if (recorded === replayed) return null;
  return { aspect, place, recorded: shorten(recorded), replayed: shorten(replayed) };
}

const json = (value: JsonValue | undefined) => (value === undefined ? null : JSON.stringify(value));
const errorText = ({ error, limitReached }: RunTrace) =>
  error === null ? null : JSON.stringify({ ...error, limitReached });
const shorten = (text: string | null) =>
  text !== null && text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS).toWellFormed()}…` : text;

interface Line {
  readonly stream: OutputSegment["stream"];
  /** Counted from 1 in its stream. */
  readonly number: number;
  readonly text: string;
}

function outputDifference(recorded: readonly OutputSegment[], replayed: readonly OutputSegment[]) {
  const [before, after] = [linesOf(recorded), linesOf(replayed)];
  for (;;) {
    const [a, b] = [before.next().value ?? null, after.next().value ?? null];
    if (a === null && b === null) return null;
    if (a?.stream === b?.stream && a?.text === b?.text) continue;
    const { stream, number } = (a ?? b)!;
    const place = `${stream} line ${number}`;
    const shown = (line: Line | null) => (line === null ? null : `${line.stream}: ${line.text}`);
    return differ("output", shown(a), shown(b), place);
  }
}

/** Output line by line, whatever the pieces were in which it came. */
function* linesOf(segments: readonly OutputSegment[]): Generator<Line, undefined> {
  const numbers = { stdout: 0, stderr: 0 };
  for (const { stream, text } of joined(segments)) {
    for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
      numbers[stream] += 1;
      yield { stream, number: numbers[stream], text: line };
    }
  }
}

function* joined(segments: readonly OutputSegment[]): Generator<OutputSegment> {
  let [stream, texts]: ["stdout" | "stderr" | null, string[]] = [null, []];
  for (const segment of segments) {
    if (segment.stream !== stream) {
      if (stream !== null) yield { stream, text: texts.join("") };
      [stream, texts] = [segment.stream, []];
    }
    texts.push(segment.text);
  }
  if (stream !== null) yield { stream, text: texts.join("") };
}

function callDifference(recorded: readonly TracedCall[], replayed: readonly TracedCall[]) {
  const shown = (call: TracedCall | undefined) => (call === undefined ? null : `${call.capability}(${call.input})`);
  for (let i = 0; i < Math.max(recorded.length, replayed.length); i++) {
    const difference = differ("host-call", shown(recorded[i]), shown(replayed[i]), `call ${i + 1}`);
    if (difference !== null) return difference;
  }
  return null;
}
