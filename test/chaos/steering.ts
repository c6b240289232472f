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

/** Asks until there is an answer; whether it was done. A refusal is an answer, too: the run has started, or ended. */
export async function insist({ url, headers }: Asker, path: string): Promise<boolean> {
  for (;;) {
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const answer = await fetch(url + path, { method: "POST", headers, signal }).catch(() => null);
    if (answer?.ok) return true;
    if (answer && answer.status < 500) {
      if (answer.status !== 409) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return false;
    }
    await sleep(REPEAT_AFTER_MS);
  }
}

/** Does `begin`, keeps it for a while, and does `end`. Null when it was refused. */
export async function keep(asker: Asker, begin: string, end: string, forMs: number): Promise<Span | null> {
  if (!(await insist(asker, begin))) return null;
  const from = Date.now();
  await sleep(forMs);
  const to = Date.now();
  await insist(asker, end);
  return { from, to };
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
    const span = await keep(asker, `${path}/pause`, `${path}/resume`, random.integer(200, 3_000));
    if (span) pauses.push({ lane, ...span });
  }
  return pauses;
}
