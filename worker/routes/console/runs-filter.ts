/** The filters of `/runs` as its address has them, and what they select. A value that is not known is no filter. */
import { ERROR_CATEGORIES } from "../../domain/guest-outcome.ts";
import { toIso } from "../../domain/instant.ts";
import { PRIORITIES } from "../../domain/lane.ts";
import { RUN_KINDS, RUN_STATES } from "../../domain/run.ts";
import { runFilterSchema } from "../../domain/run-filter.ts";
import type { RunSelection } from "../../store/runs.ts";
import type { RunsFilter } from "../../views/runs.tsx";

const DAY_MS = 86_400_000;
const { lane: laneSchema, q: searchSchema } = runFilterSchema.shape;

export function readRunsFilter(query: Readonly<Record<string, string>>): RunsFilter {
  const known = (name: string, values: readonly string[]) => values.find((each) => each === query[name]) ?? "";
  return {
    state: known("state", RUN_STATES),
    kind: known("kind", RUN_KINDS),
    priority: known("priority", PRIORITIES),
    lane: laneSchema.safeParse(query["lane"]).data ?? "",
    error: known("error", ERROR_CATEGORIES),
    from: dayOf(query["from"]),
    to: dayOf(query["to"]),
    q: searchSchema.safeParse(query["q"]).data ?? "",
  };
}

function dayOf(text: string | undefined): string {
  return text !== undefined && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : "";
}

/** A day is meant from its first to its last instant, in UTC. */
export function selectionOf({ from, to, ...rest }: RunsFilter): RunSelection {
  const days = {
    ...(from ? { since: toIso(Date.parse(from)) } : {}),
    ...(to ? { until: toIso(Date.parse(to) + DAY_MS) } : {}),
  };
  // What is not empty was read above: it is one of the known values.
  return { ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== "")), ...days };
}
