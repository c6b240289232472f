/** 400 tiny jobs through one lane, from the first request to the end of the last run. */
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { repositoryLane } from "../../../worker/domain/lane.ts";
import { burst, timed } from "../measure.ts";
import { type LoadClient, TINY } from "./product-load.ts";

export const JOBS = 400;
export const JOBS_BAR_S = 5;
const CLIENTS = 20;
/** Seldom: what counts is when the runs say that they ended, and looking costs them time. */
const POLL_MS = 250;
const WORKERS = 20;
const WARM_UP = 100;

async function through(client: LoadClient, lane: string | null): Promise<number> {
  const known = (await client.list("succeeded")).length;
  const startedAt = Date.now();
  await burst(CLIENTS, JOBS, () => client.start({ code: TINY, ...(lane === null ? {} : { lane }) }));
  let ended = await client.list("succeeded");
  for (; ended.length < known + JOBS; ended = await client.list("succeeded")) await sleep(POLL_MS);
  return Math.max(...ended.map(({ finishedAt }) => Date.parse(finishedAt!))) - startedAt;
}

const seconds = (tookMs: number) => `${(tookMs / 1_000).toFixed(1)} s`;

export async function tinyJobs(client: LoadClient): Promise<string[][]> {
  await burst(CLIENTS, WARM_UP, () => client.execute(TINY));
  const personal = await through(client, null);
  const repository = await through(client, repositoryLane("tiny"));
  const run = promisify(execFile);
  const processes = await timed(() => burst(WORKERS, JOBS, () => run(process.execPath, ["-e", TINY])));
  const peers = "published: Windmill 19.7 s, Hatchet 35.8 s, Temporal 39 s";
  const ours = `${JOBS} processes, ${WORKERS} at once ${seconds(processes)}`;
  const bar = `< ${JOBS_BAR_S} s`;
  return [
    [`${JOBS} tiny jobs, a lane of 20 at once`, seconds(personal), bar, `${ours}; ${peers}`],
    [`${JOBS} tiny jobs, a repository's lane (one at a time)`, seconds(repository), bar, ours],
  ];
}
