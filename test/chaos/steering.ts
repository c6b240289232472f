/**
 * What a person does to lines while the server is killed: holds a run for a while, pauses a lane for a while. Each request
 * is repeated until it is answered, so that what was answered must hold from then on.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { SeededRandom } from "../support/seeded-random.ts";

const REPEAT_AFTER_MS = 50;
const ANSWER_TIMEOUT_MS = 30_000;

export interface Asker {
  readonly url: string;
  readonly headers: Record<string, string>;
}

/** Since when something was kept from starting, for sure, and until when. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What may refuse a hold: the run has started, or ended. */
const RUN_REFUSALS: readonly number[] = [409];
/** What may refuse a pause: no run has joined the lane yet. */
const LANE_REFUSALS: readonly number[] = [404];

/** Asks until there is an answer; whether it was done. */
async function insist({ url, headers }: Asker, path: string, refusals: readonly number[]): Promise<boolean> {
  for (;;) {
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const answer = await fetch(url + path, { method: "POST", headers, signal }).catch(() => null);
    if (answer?.ok) return true;
    if (answer && answer.status < 500) {
      if (!refusals.includes(answer.status)) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return false;
    }
    await sleep(REPEAT_AFTER_MS);
  }
}

interface Keeping {
  /** Paths of the two requests. */
  readonly begin: string;
  readonly end: string;
  readonly forMs: number;
}

async function keep(asker: Asker, { begin, end, forMs }: Keeping, refusals: readonly number[]): Promise<Span | null> {
  if (!(await insist(asker, begin, refusals))) return null;
  const from = Date.now();
  await sleep(forMs);
  const to = Date.now();
  await insist(asker, end, refusals);
  return { from, to };
}

/** Holds a run for a while. Null when it did not wait any more. */
export function holdRun(asker: Asker, runId: string, forMs: number): Promise<Span | null> {
  const path = `/api/runs/${runId}`;
  return keep(asker, { begin: `${path}/hold`, end: `${path}/unhold`, forMs }, RUN_REFUSALS);
}

export interface LanePause extends Span {
  readonly lane: string;
}

/** Pauses one lane after another, until `isOver` says that there is nothing left to pause. */
export async function pauseLanes(
  asker: Asker,
  lanes: readonly string[],
  random: SeededRandom,
  isOver: () => boolean,
): Promise<LanePause[]> {
  const pauses: LanePause[] = [];
  while (!isOver()) {
    await sleep(random.integer(500, 4_000));
    const lane = random.pick(lanes);
    const path = `/api/lanes/${encodeURIComponent(lane)}`;
    const forMs = random.integer(200, 3_000);
    const span = await keep(asker, { begin: `${path}/pause`, end: `${path}/resume`, forMs }, LANE_REFUSALS);
    if (span) pauses.push({ lane, ...span });
  }
  return pauses;
}
