/**
 * A campaign against the real product: a workload is submitted and watched while the whole group of its processes is
 * killed at planned points and started again; then everything is compared with everything. The plan comes from the seed;
 * what happens between processes does not, so a seed that failed once may need some tries.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { RunSummary } from "../../worker/domain/run.ts";
import { Audit, copyFaults, endFaults, type FinalRun, identityFaults, laneFaults, streamFaults } from "./audit.ts";
import { type PlannedKill, planKills, reach, WHILE_IT_STARTS } from "./kill-points.ts";
import { KilledServer } from "./killed-server.ts";
import { Recovery } from "./recovery.ts";
import { SeededRandom } from "./seeded-random.ts";
import { Timeline } from "./timeline.ts";
import { WatchedRun } from "./watched-run.ts";
import { type Job, PEOPLE, planJobs } from "./workload.ts";

/** Without any kill, something happens at least so often until all is over. */
const STILL_MS = 60_000;
/** A program that takes the server down each time is set aside after so many deaths. */
const POISON_KILLS = 4;
const POISON_LANE = "repository:poison";
const PROBE_TIMEOUT_MS = 60_000;
const POLL_MS = 100;

export interface CampaignOptions {
  readonly kills: number;
  readonly seed: number;
  /** Told what is under way, a line at a time. */
  readonly say?: (text: string) => void;
}

export interface CampaignReport {
  readonly seed: number;
  readonly kills: number;
  /** How often each point was killed at. */
  readonly points: Readonly<Record<string, number>>;
  readonly runs: number;
  readonly accepted: number;
  readonly states: Readonly<Record<string, number>>;
  /** Set aside because the server died four times under them, the poisonous one left out. */
  readonly quarantined: number;
  readonly interrupted: number;
  readonly lines: number;
  readonly reconnects: number;
  readonly recovery: Recovery;
  readonly startMs: readonly number[];
  /** What is wrong, in sentences. */
  readonly faults: readonly string[];
  readonly timeline: string;
}

export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const server = await KilledServer.start(PEOPLE);
  try {
    return await new Campaign(server, options).run();
  } finally {
    await server.product.stop();
  }
}

class Campaign {
  readonly #server: KilledServer;
  readonly #options: CampaignOptions;
  readonly #timeline = new Timeline();
  readonly #recovery = new Recovery();
  readonly #audit: Audit;
  readonly #runs: WatchedRun[] = [];
  readonly #living: Promise<void>[] = [];
  readonly #faults: string[] = [];
  readonly #points: Record<string, number> = {};

  constructor(server: KilledServer, options: CampaignOptions) {
    this.#server = server;
    this.#options = options;
    this.#audit = new Audit(server);
  }

  async run(): Promise<CampaignReport> {
    const random = new SeededRandom(this.#options.seed);
    const kills = Math.max(0, this.#options.kills - POISON_KILLS);
    const jobs = planJobs(random.fork(1), kills);
    await this.#poison(jobs.length);
    for (const [index, kill] of planKills(random.fork(2), kills).entries()) {
      this.#begin(
        jobs.filter(({ afterKills }) => afterKills === index),
        random,
      );
      await this.#endure(kill, index);
    }
    this.#begin(
      jobs.filter(({ afterKills }) => afterKills >= kills),
      random,
    );
    await this.#drained();
    const list = await this.#check();
    return this.#report(list);
  }

  #begin(jobs: readonly Job[], random: SeededRandom): void {
    for (const job of jobs) {
      const { url } = this.#server.product;
      const around = { url, tokens: this.#server.tokens, timeline: this.#timeline, recovery: this.#recovery };
      const run = new WatchedRun(job, random.fork(1_000 + job.index), around);
      this.#runs.push(run);
      this.#living.push(run.live().catch((error: Error) => void this.#faults.push(error.message)));
    }
  }

  async #endure(kill: PlannedKill, index: number): Promise<void> {
    const { point } = kill;
    const isStarting = point.name === WHILE_IT_STARTS;
    const what = isStarting ? point.name : await reach(kill, this.#timeline);
    if (isStarting) {
      // The server that is there is ended in order first: the one kill is the one while it starts.
      this.#recovery.killed(Date.now(), []);
      await this.#server.product.halt();
      await this.#server.killWhileStarting(kill.idleMs);
    } else await this.#kill();
    this.#points[point.name] = (this.#points[point.name] ?? 0) + 1;
    this.#timeline.note(`KILL ${index + 1}: ${what}`);
    await this.#restart();
    this.#options.say?.(`kill ${index + 1}: ${what}`);
  }

  async #kill(): Promise<void> {
    this.#recovery.killed(
      Date.now(),
      this.#runs.filter((run) => run.isUnderWay && run.cancelledAt === null),
    );
    await this.#server.kill();
  }

  async #restart(): Promise<void> {
    const servedAt = await this.#server.restart();
    this.#recovery.served(servedAt);
    this.#timeline.note("serves again");
  }

  /** One program that takes the server down whenever it has begun, and one that waits behind it. */
  async #poison(index: number): Promise<void> {
    const plain = {
      person: 0,
      lane: POISON_LANE,
      priority: "normal",
      afterKills: 0,
      delayMs: 0,
      cancelAfterMs: null,
    } as const;
    const rest = { waitMaxMs: null, isRepeated: false, isAbandoned: false, watchers: 1, pauseMs: 50 };
    const random = new SeededRandom(this.#options.seed).fork(3);
    this.#begin([{ ...plain, ...rest, index, key: "poison", lines: 100 }], random);
    for (let kill = 1; kill <= POISON_KILLS; kill++) {
      if (kill === 2) this.#begin([{ ...plain, ...rest, index: index + 1, key: "behind", lines: 3 }], random);
      const seen = await this.#timeline.next(kill === 1 ? "first-line" : "resumed", STILL_MS);
      if (seen === null) throw new Error(`the poisonous run did not begin attempt ${kill}\n${this.#timeline}`);
      await this.#kill();
      this.#timeline.note(`KILL: the poisonous run has begun attempt ${kill}`);
      await this.#restart();
    }
    await this.#drained();
    const [poisonous, behind] = this.#runs as [WatchedRun, WatchedRun];
    const states = await Promise.all([poisonous, behind].map(({ runId }) => this.#audit.describe(runId!)));
    if (states[0]?.error?.name !== "QuarantinedError") this.#faults.push("the poisonous run was not set aside");
    if (states[1]?.state !== "succeeded") this.#faults.push("the run behind the poisonous one did not get its turn");
  }

  /** Waits until every client has seen its run's end. */
  async #drained(): Promise<void> {
    let [isOver, seen, movedAt] = [false, 0, Date.now()];
    const all = Promise.all(this.#living).then(() => {
      isOver = true;
    });
    while (!isOver && Date.now() - movedAt < STILL_MS) {
      await Promise.race([all, sleep(POLL_MS)]);
      const now = this.#runs.reduce(
        (sum, { clients }) => sum + clients.reduce((each, { lastSeq }) => each + lastSeq, 0),
        0,
      );
      if (now > seen) [seen, movedAt] = [now, Date.now()];
    }
    for (const run of this.#runs) {
      for (const client of run.clients) client.close();
      if (!isOver && run.clients.length > 0 && !run.hasEnded) this.#faults.push(`${run.name}: its clients saw no end`);
    }
  }

  async #check(): Promise<Map<string, RunSummary[]>> {
    await this.#probeLanes();
    const { list, faults } = await this.#audit.converged();
    this.#faults.push(...faults, ...identityFaults(this.#runs, list), ...endFaults(list));
    const finals: FinalRun[] = [];
    for (const watched of this.#runs) {
      const summary = list.get(watched.name)?.[0];
      if (!summary) continue;
      const final = { summary, watched, job: watched.job, events: await this.#audit.read(summary.id) };
      finals.push(final);
      this.#faults.push(...streamFaults(final, await this.#audit.logText(summary.id)));
    }
    this.#faults.push(...laneFaults(finals, this.#server.killedAt));
    await this.#server.product.halt();
    this.#faults.push(...copyFaults(this.#server.product.stateFolder, finals));
    return list;
  }

  /** A last run in each lane: one that does not drain would keep it. */
  async #probeLanes(): Promise<void> {
    const lanes = new Set(this.#runs.map(({ job }) => (job.lane === null ? `person ${job.person}` : job.lane)));
    const probe = async (lane: string) => {
      const isRepository = lane.startsWith("repository:");
      const token = isRepository ? this.#server.tokens[0] : this.#server.tokens[Number(lane.slice("person ".length))];
      const answer = await fetch(`${this.#server.product.url}/api/execute`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ language: "javascript", code: "// probe\n1", ...(isRepository ? { lane } : {}) }),
        signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
      });
      const { success } = (await answer.json()) as { success?: boolean };
      if (!success) this.#faults.push(`${lane}: a last run did not succeed`);
    };
    await Promise.all(
      [...lanes].map((lane) => probe(lane).catch(() => void this.#faults.push(`${lane}: does not drain`))),
    );
  }

  #report(list: ReadonlyMap<string, readonly RunSummary[]>): CampaignReport {
    const runs = this.#runs.flatMap(({ name }) => list.get(name)?.slice(0, 1) ?? []);
    const byState = Object.entries(Object.groupBy(runs, ({ state }) => state));
    const clients = this.#runs.flatMap((run) => run.clients);
    return {
      ...{ seed: this.#options.seed, kills: this.#server.killedAt.length, points: this.#points, runs: runs.length },
      accepted: this.#runs.filter(({ runId }) => runId !== null).length,
      states: Object.fromEntries(byState.map(([state, group]) => [state, group!.length])),
      quarantined: runs.filter(({ error }) => error?.name === "QuarantinedError").length - 1,
      interrupted: runs.filter(({ attempts }) => attempts > 1).length,
      lines: clients.flatMap(({ events }) => events).filter(({ type }) => type === "output").length,
      reconnects: this.#runs.reduce((sum, run) => sum + run.reconnects, 0),
      ...{ recovery: this.#recovery, startMs: this.#server.startMs, faults: this.#faults },
      timeline: this.#timeline.toString(),
    };
  }
}
