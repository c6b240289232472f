/** Why a run waits in its lane: as data for screens and machines, and as a sentence for people. Pure. */
import { type ActView, actView } from "./lane-view.ts";
import { type Act, isShort, type QueueState } from "./queue-state.ts";

/** How a run waits, as the API shows it. */
export interface WaitView {
  /** Its place in its lane, counted from 1. */
  readonly position: number;
  /** Runs that wait in the lane, with this one. */
  readonly waitingCount: number;
  readonly hold: ActView | null;
  readonly pause: ActView | null;
  /** Whether its lane has room and only the workspace has not. */
  readonly isForCapacity: boolean;
  /** The runs whose slots it waits for; empty where something else keeps it. */
  readonly forRuns: readonly string[];
}

export interface Wait extends WaitView {
  readonly sentence: string;
}

const ORDINAL_RULES = new Intl.PluralRules("en", { type: "ordinal" });
const ORDINAL_SUFFIX: Record<string, string> = { one: "st", two: "nd", few: "rd", other: "th" };

const ordinal = (number: number) => `${number}${ORDINAL_SUFFIX[ORDINAL_RULES.select(number)]}`;
const since = ({ by, at }: Act) => `${by} at ${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;

/** Null when the run does not wait in this lane. */
export function describeWait(state: QueueState, runId: string, now: number): Wait | null {
  const index = state.waiting.findIndex((entry) => entry.runId === runId);
  const entry = state.waiting[index];
  if (!entry) return null;
  const { hold } = entry;
  const { pause } = state;
  const isKept = hold !== null || pause !== null;
  const isForCapacity = !isKept && isShort(state, now);
  const forRuns = isKept || isForCapacity ? [] : state.claimed.map((claim) => claim.runId);
  const waitingCount = state.waiting.length;
  const reasons = [
    ...(hold ? [`Held by ${since(hold)}`] : []),
    ...(pause ? [`Lane paused by ${since(pause)}`] : []),
    ...(isKept ? [] : [whoseTurn(forRuns, isForCapacity)]),
    `${ordinal(index + 1)} of ${waitingCount} in its lane`,
  ];
  return {
    position: index + 1,
    waitingCount,
    hold: actView(hold),
    pause: actView(pause),
    isForCapacity,
    forRuns,
    sentence: `${reasons.join("; ")}.`,
  };
}

function whoseTurn(forRuns: readonly string[], isForCapacity: boolean): string {
  if (isForCapacity) return "Waiting for a share of the workspace's capacity, which other lanes use";
  if (forRuns.length === 0) return "About to start";
  if (forRuns.length === 1) return `Waiting for run ${forRuns[0]}`;
  return `Waiting for one of ${forRuns.length} running runs to end`;
}
