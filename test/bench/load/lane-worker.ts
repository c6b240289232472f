/**
 * The Worker that measures a lane where it lives: in workerd, beside the real queue and the real shares of a workspace.
 * The runs are objects that note when they are claimed and release their slot at once, so that the time is the lane's.
 */
import { DurableObject } from "cloudflare:workers";
import type { RunQueueRpc } from "../../../durable-objects/run-queue/rpc.ts";
import { RunQueue as ProductQueue } from "../../../durable-objects/run-queue/run-queue.ts";
import { laneConcurrency, laneObjectName, PRIORITIES, type Priority } from "../../../worker/domain/lane.ts";
import type { DrainFigures, EnqueueFigures } from "./lane-figures.ts";

export { WorkspaceCapacity } from "../../../durable-objects/workspace-capacity/workspace-capacity.ts";

const WORKSPACE = "ws_load";
const LANE = "repository:load";
const EXECUTORS = 16;
const ADDRESS = { workspaceId: WORKSPACE, lane: LANE };

interface LaneEnv {
  readonly RUN_QUEUE: DurableObjectNamespace<DurableObject & RunQueueRpc>;
  readonly RUN_EXECUTOR: DurableObjectNamespace<ReleasingRun>;
  readonly PLAIN: DurableObjectNamespace<PlainRows>;
}

const claimsMs: number[] = [];
const priorities: Priority[] = [];
let releasedAt: number | null = null;
let claimed = 0;

const priorityOf = (index: number): Priority => PRIORITIES[index % PRIORITIES.length]!;
const runId = (index: number) => `run_${index}`;
const laneOf = (env: LaneEnv) => env.RUN_QUEUE.get(env.RUN_QUEUE.idFromName(laneObjectName(WORKSPACE, LANE)));

/**
 * The product's queue. The objects of the runs that it calls are there already, as a run's own is when it has joined; they
 * are shared by all runs, because ten thousand open databases are more than a process may have.
 */
export class RunQueue extends ProductQueue {
  constructor(ctx: DurableObjectState, env: LaneEnv) {
    const runs = env.RUN_EXECUTOR;
    const executor = (name: string) => {
      const object = runs.get(runs.idFromName(`executor_${Number(name.slice("run_".length)) % EXECUTORS}`));
      return { claim: (epoch: number) => object.claim(name, epoch), expire: async () => "ended" };
    };
    super(ctx, { ...env, RUN_EXECUTOR: { idFromName: (name: string) => name, get: executor } } as never);
  }
}

/** Runs without a program: each holds its slot for as long as it takes to say that it has ended. */
export class ReleasingRun extends DurableObject<LaneEnv> {
  async claim(name: string, epoch: number): Promise<"running"> {
    const now = performance.now();
    if (releasedAt !== null) claimsMs.push(now - releasedAt);
    claimed += 1;
    priorities.push(priorityOf(Number(name.slice("run_".length))));
    this.ctx.waitUntil(this.#release(name, epoch));
    return "running";
  }

  async #release(name: string, epoch: number): Promise<void> {
    releasedAt = performance.now();
    await laneOf(this.env).release(name, epoch);
  }
}

/** The peer: an object that stores one row for each call, and nothing else. */
export class PlainRows extends DurableObject<LaneEnv> {
  constructor(ctx: DurableObjectState, env: LaneEnv) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS rows (name TEXT PRIMARY KEY, text TEXT NOT NULL)");
  }

  async put(name: string, text: string): Promise<void> {
    this.ctx.storage.sql.exec("INSERT OR REPLACE INTO rows (name, text) VALUES (?, ?)", name, text);
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** So many callers at once, each of which calls again as soon as it is answered. */
async function load(callers: number, total: number, call: (index: number) => Promise<unknown>) {
  const samplesMs: number[] = [];
  let next = 0;
  const caller = async () => {
    for (let index = next++; index < total; index = next++) samplesMs.push(await timed(() => call(index)));
  };
  const tookMs = await timed(() => Promise.all(Array.from({ length: callers }, caller)));
  return { samplesMs, tookMs };
}

/** Fills the paused lane. */
async function enqueue(env: LaneEnv, total: number, callers: number): Promise<EnqueueFigures> {
  const lane = laneOf(env);
  await lane.command(ADDRESS, { type: "pause", by: "load" });
  const concurrency = laneConcurrency(LANE);
  const own = await load(callers, total, async (index) => {
    const request = { ...ADDRESS, runId: runId(index), priority: priorityOf(index), concurrency, expiresAt: null };
    const answer = await lane.enqueue(request);
    if (!answer.accepted) throw new Error(`the lane refused run ${index}: ${answer.code}`);
  });
  const plain = env.PLAIN.get(env.PLAIN.idFromName("plain"));
  const peer = await load(callers, total, (index) => plain.put(runId(index), JSON.stringify(ADDRESS)));
  return { samplesMs: own.samplesMs, tookMs: own.tookMs, plainMs: peer.samplesMs, plainTookMs: peer.tookMs };
}

export default {
  async fetch(request: Request, env: LaneEnv): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    switch (pathname) {
      case "/enqueue":
        return Response.json(
          await enqueue(env, Number(searchParams.get("total")), Number(searchParams.get("callers"))),
        );
      case "/resume":
        return Response.json(await laneOf(env).command(ADDRESS, { type: "resume" }));
      case "/drained":
        return Response.json({ claimed, claimsMs, priorities } satisfies DrainFigures);
      default:
        return new Response(null, { status: 404 });
    }
  },
};
