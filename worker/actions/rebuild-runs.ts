/**
 * Writes a workspace's runs into D1 anew, from the objects that hold the truth: lane by lane, in order of arrival, a page
 * for each request. It may be repeated, stopped and gone on with at any place.
 */
import type { Dependencies } from "../dependencies.ts";

/** Runs of one page: each writes its program and its whole output. */
const PAGE_RUNS = 25;
const AT_ONCE = 5;

/** Where the next page begins: behind this ordinal of this lane. */
export interface RebuildPlace {
  readonly lane: string;
  readonly after: number;
}

export interface RebuildPage {
  /** The lane of this page; null when the workspace has none. */
  readonly lane: string | null;
  readonly lanesDone: number;
  readonly laneCount: number;
  readonly rebuilt: number;
  /** Runs that were refused after they had joined: nobody was promised anything. */
  readonly absent: number;
  /** Runs that could not be written now. They try again by themselves. */
  readonly failed: readonly string[];
  readonly next: RebuildPlace | null;
}

export async function rebuildPage(
  dependencies: Dependencies,
  workspaceId: string,
  from: RebuildPlace | null,
): Promise<RebuildPage> {
  const known = await dependencies.capacity(workspaceId).lanes();
  const names = known.map(({ lane }) => lane).toSorted();
  const index = names.findIndex((name) => from === null || name >= from.lane);
  const lane = names[index];
  if (lane === undefined) {
    return { lane: null, lanesDone: names.length, laneCount: names.length, ...NOTHING, next: null };
  }
  const after = from?.lane === lane ? from.after : 0;
  const page = await dependencies.lane({ workspaceId, lane }).runIds(after, PAGE_RUNS);
  const done = await rebuild(dependencies, page.runIds);
  const following = names[index + 1];
  const next =
    page.next === null ? (following === undefined ? null : { lane: following, after: 0 }) : { lane, after: page.next };
  return { lane, lanesDone: index + (page.next === null ? 1 : 0), laneCount: names.length, ...done, next };
}

const NOTHING = { rebuilt: 0, absent: 0, failed: [] as readonly string[] };

async function rebuild({ executor, log }: Dependencies, runIds: readonly string[]) {
  const outcomes: ("written" | "absent" | "away")[] = [];
  for (let start = 0; start < runIds.length; start += AT_ONCE) {
    const part = runIds.slice(start, start + AT_ONCE).map((runId) =>
      executor(runId)
        .reproject()
        .catch((error: unknown) => {
          log.warn("a run could not be asked to write itself anew", { runId, error });
          return "away" as const;
        }),
    );
    outcomes.push(...(await Promise.all(part)));
  }
  const count = (outcome: string) => outcomes.filter((each) => each === outcome).length;
  return {
    rebuilt: count("written"),
    absent: count("absent"),
    failed: runIds.filter((_, index) => outcomes[index] === "away"),
  };
}
