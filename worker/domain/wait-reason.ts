/** Why a run waits in its lane, as a sentence for people. Pure. */
import { type Act, isShort, type QueueState } from "./queue-state.ts";

const ORDINAL_RULES = new Intl.PluralRules("en", { type: "ordinal" });
const ORDINAL_SUFFIX: Record<string, string> = { one: "st", two: "nd", few: "rd", other: "th" };

const ordinal = (number: number) => `${number}${ORDINAL_SUFFIX[ORDINAL_RULES.select(number)]}`;
const since = ({ by, at }: Act) => `${by} at ${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;

/** Null when the run does not wait in this lane. */
export function describeWait(state: QueueState, runId: string, now: number): string | null {
  const index = state.waiting.findIndex((entry) => entry.runId === runId);
  const entry = state.waiting[index];
  if (!entry) return null;
  const place = `${ordinal(index + 1)} of ${state.waiting.length} in its lane`;
  const reasons = [
    ...(entry.hold ? [`Held by ${since(entry.hold)}`] : []),
    ...(state.pause ? [`Lane paused by ${since(state.pause)}`] : []),
    ...(entry.hold || state.pause ? [] : [whoseTurn(state, now)]),
    place,
  ];
  return `${reasons.join("; ")}.`;
}

function whoseTurn(state: QueueState, now: number): string {
  if (isShort(state, now)) {
    return "Waiting for a share of the workspace's capacity, which other lanes use";
  }
  const [first, ...others] = state.claimed;
  if (!first) return "About to start";
  if (others.length === 0) return `Waiting for run ${first.runId}`;
  return `Waiting for one of ${state.claimed.length} running runs to end`;
}
