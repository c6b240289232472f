/**
 * A line of 10,000 runs in the product itself: how fast they are accepted over HTTP, and how long after one run's end the
 * next one begins. The line is closed by a run that sleeps until all have joined.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { PRIORITIES, repositoryLane } from "../../../worker/domain/lane.ts";
import { burst, ms, quantile } from "../measure.ts";
import { type ListedRun, type LoadClient, TINY } from "./product-load.ts";

const CLIENTS = 50;
const POLL_MS = 500;
/** Runs whose ends are waited for: enough for a 99th percentile. */
const DRAINED = 1_000;
const DRAIN_TIMEOUT_MS = 180_000;
const LANE = repositoryLane("full");
/** As long as a run may take. */
const SLEEPER = { code: "await new Promise((r) => setTimeout(r, 290_000))", limits: { timeoutMs: 300_000 } };

/** From one run's end to the next one's start, of those that ran one after another. */
function handovers(runs: readonly ListedRun[]): number[] {
  const times = runs
    .map(({ startedAt, finishedAt }) => ({ from: Date.parse(startedAt!), to: Date.parse(finishedAt!) }))
    .sort((a, b) => a.from - b.from);
  return times.slice(1).map(({ from }, index) => from - times[index]!.to);
}

/** Runs that started right behind a less urgent one: all of them were waiting when the line opened. */
function outOfOrder(runs: readonly ListedRun[]): number {
  const started = runs.toSorted((a, b) => Date.parse(a.startedAt!) - Date.parse(b.startedAt!));
  const ranks = started.map(({ priority }) => PRIORITIES.indexOf(priority));
  return ranks.filter((rank, index) => index > 0 && rank < ranks[index - 1]!).length;
}

export async function fullLine(client: LoadClient, total: number): Promise<string[][]> {
  const known = new Set((await client.list("succeeded")).map(({ id }) => id));
  const sleeper = await client.start({ lane: LANE, ...SLEEPER });
  let next = 0;
  const accepted = await burst(CLIENTS, total, () =>
    client.start({ code: TINY, lane: LANE, priority: PRIORITIES[next++ % PRIORITIES.length]! }),
  );
  await client.cancel(sleeper);
  const wanted = Math.min(total, DRAINED);
  const deadline = Date.now() + DRAIN_TIMEOUT_MS;
  let ended: ListedRun[] = [];
  while (ended.length < wanted) {
    if (Date.now() > deadline) throw new Error(`only ${ended.length} of ${total} runs had ended in time`);
    await sleep(POLL_MS);
    ended = (await client.list("succeeded")).filter(({ id }) => !known.has(id));
  }
  const gaps = handovers(ended);
  return [
    [`HTTP: ${total} runs accepted into one lane, ${CLIENTS} clients`, `${accepted.perSecond.toFixed(0)}/s`, "", ""],
    [
      "HTTP: accepted, p50 / p99",
      `${ms(quantile(accepted.samples, 0.5))} / ${ms(quantile(accepted.samples, 0.99))}`,
      "",
      "",
    ],
    [
      `one run's end to the next one's start, ${total} waiting, p50 / p99`,
      `${ms(quantile(gaps, 0.5))} / ${ms(quantile(gaps, 0.99))}`,
      "",
      "",
    ],
    ["started behind a less urgent one", String(outOfOrder(ended)), "0", ""],
  ];
}
