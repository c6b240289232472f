/**
 * A campaign against the real product: a workload is submitted and watched while the whole group of its processes is
 * killed at planned points and started again; then everything is compared with everything. The plan comes from the seed;
 * what happens between processes does not, so a seed that failed once may need some tries.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { repositoryLane } from "../../worker/domain/lane.ts";
import { RUN_EVENT_TYPES } from "../../worker/domain/webhook-events.ts";
import { type ReceiverProcess, startReceiverProcess } from "../support/receiver-process.ts";
import { SeededRandom } from "../support/seeded-random.ts";
import { Audit } from "./audit.ts";
import { connectTracker, DeliveredIssue, type TrackerAddress } from "./delivered-issue.ts";
import { type Findings, inspect } from "./inspection.ts";
import { type PlannedKill, planKills, reach, WHILE_IT_STARTS } from "./kill-points.ts";
import { KilledServer } from "./killed-server.ts";
import { Recovery } from "./recovery.ts";
import { type LanePause, pauseLanes } from "./steering.ts";
import { Timeline } from "./timeline.ts";
import { WatchedRun } from "./watched-run.ts";
import { type Job, KILLS_AN_ISSUE, PEOPLE, planJobs, REPOSITORIES } from "./workload.ts";

/** Without any kill, something happens at least so often until all is over. */
const STILL_MS = 60_000;
/** A program that takes the server down each time is set aside after so many deaths. */
const POISON_KILLS = 4;
const POISON_LANE = "repository:poison";
const POLL_MS = 100;
const BEGUN_POLL_MS = 5;

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
  readonly accepted: number;
  readonly states: Readonly<Record<string, number>>;
  /** Set aside because the server died four times under them, the poisonous one left out. */
  readonly quarantined: number;
  readonly interrupted: number;
  readonly lines: number;
  readonly reconnects: number;
  readonly issues: number;
  readonly held: number;
  readonly pauses: number;
  /** Messages about runs that had to reach their receiver, and deliveries that did, repeated ones with them. */
  readonly messages: number;
  readonly deliveries: number;
  readonly recovery: Recovery;
  readonly startMs: readonly number[];
  /** What is wrong, in sentences. */
  readonly faults: readonly string[];
  readonly timeline: string;
}

export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  // It refuses some deliveries, and cuts the connection of others when it has written them down.
  const receiver = await startReceiverProcess(["--error-rate=0.05", "--cut-rate=0.05", `--seed=${options.seed}`]);
  try {
    const server = await KilledServer.start(PEOPLE);
    try {
      return await new Campaign(server, receiver, options).run();
    } finally {
      await server.product.stop();
    }
  } finally {
    await receiver.stop();
  }
}

class Campaign {
  readonly #server: KilledServer;
  readonly #receiver: ReceiverProcess;
  readonly #options: CampaignOptions;
  readonly #timeline = new Timeline();
  readonly #recovery = new Recovery();
  readonly #runs: WatchedRun[] = [];
  readonly #issues: DeliveredIssue[] = [];
  readonly #living: Promise<void>[] = [];
  readonly #faults: string[] = [];
  readonly #points: Record<string, number> = {};

  constructor(server: KilledServer, receiver: ReceiverProcess, options: CampaignOptions) {
    this.#server = server;
    this.#receiver = receiver;
    this.#options = options;
  }

  async run(): Promise<CampaignReport> {
    const random = new SeededRandom(this.#options.seed);
    const kills = Math.max(0, this.#options.kills - POISON_KILLS);
    const jobs = planJobs(random.fork(1), kills);
    const tracker = await this.#setUp();
    await this.#poison(jobs.length);
    let isOver = false;
    const asker = { url: this.#server.product.url, headers: { authorization: `Bearer ${this.#server.tokens[0]}` } };
    const pausing = pauseLanes(asker, REPOSITORIES.map(repositoryLane), random.fork(4), () => isOver).catch(
      (error: Error) => {
        this.#faults.push(error.message);
        return [];
      },
    );
    for (const [index, kill] of planKills(random.fork(2), kills).entries()) {
      const due = jobs.filter(({ afterKills }) => afterKills === index);
      this.#begin(due, random);
      if (index % KILLS_AN_ISSUE === 0) this.#tell(tracker, random);
      await this.#endure(kill, index);
    }
    isOver = true;
    const rest = jobs.filter(({ afterKills }) => afterKills >= kills);
    this.#begin(rest, random);
    const pauses = await pausing;
    await this.#drained();
    const { runs, issues } = { runs: this.#runs, issues: this.#issues };
    return this.#report(
      await inspect({ server: this.#server, receiver: this.#receiver, runs, issues, pauses }),
      pauses,
    );
  }

  /** Somebody subscribes to everything, and a tracker is connected. */
  async #setUp(): Promise<TrackerAddress> {
    const { url } = this.#server.product;
    const setUp = async (path: string, body: object) => {
      const headers = { authorization: `Bearer ${this.#server.tokens[0]}`, "content-type": "application/json" };
      const answer = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as { path: string; secret: string };
    };
    await setUp("/api/webhooks", { url: `${this.#receiver.url}/runs`, events: RUN_EVENT_TYPES });
    return connectTracker(url, setUp, REPOSITORIES);
  }

  /** GitHub tells of one more issue. */
  #tell(tracker: TrackerAddress, random: SeededRandom): void {
    const number = this.#issues.length + 1;
    const own = random.fork(500_000 + number);
    const issue = new DeliveredIssue(number, own.pick(REPOSITORIES), own, tracker, this.#timeline);
    this.#issues.push(issue);
    this.#living.push(issue.live().catch((error: Error) => void this.#faults.push(error.message)));
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
    this.#timeline.note(`KILL ${index + 1}: ${what}`);
    if (isStarting) {
      // The server that is there is ended in order first: the one kill is the one while it starts.
      this.#recovery.killed(Date.now(), []);
      await this.#server.halt();
      await this.#server.killWhileStarting(kill.idleMs);
    } else await this.#kill();
    this.#points[point.name] = (this.#points[point.name] ?? 0) + 1;
    await this.#restart();
    this.#options.say?.(`kill ${index + 1}: ${what}`);
  }

  async #kill(): Promise<void> {
    this.#recovery.killed(
      Date.now(),
      this.#runs.filter((run) => run.isUnderWay && run.cancelledAt === null),
    );
    await this.#server.kill();
    for (const line of this.#server.complaints()) this.#timeline.note(`the server said: ${line}`);
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
    const rest = { hold: null, waitMaxMs: null, isRepeated: false, isAbandoned: false, watchers: 1, pauseMs: 50 };
    const random = new SeededRandom(this.#options.seed).fork(3);
    this.#begin([{ ...plain, ...rest, index, key: "poison", lines: 100 }], random);
    for (let kill = 1; kill <= POISON_KILLS; kill++) {
      if (kill === 2) this.#begin([{ ...plain, ...rest, index: index + 1, key: "behind", lines: 3 }], random);
      await this.#hasBegun(this.#runs[0]!, kill);
      await this.#kill();
      this.#timeline.note(`KILL: the poisonous run has begun attempt ${kill}`);
      await this.#restart();
    }
    await this.#drained();
    const audit = new Audit(this.#server);
    const states = await Promise.all(this.#runs.map(({ runId }) => audit.describe(runId!)));
    if (states[0]?.error?.name !== "QuarantinedError") this.#faults.push("the poisonous run was not set aside");
    if (states[1]?.state !== "succeeded") this.#faults.push("the run behind the poisonous one did not get its turn");
  }

  async #hasBegun(run: WatchedRun, attempt: number): Promise<void> {
    const deadline = Date.now() + STILL_MS;
    while (run.attempts < attempt || run.linesOfAttempt === 0) {
      if (Date.now() > deadline) throw new Error(`${run.name} did not begin attempt ${attempt}\n${this.#timeline}`);
      await sleep(BEGUN_POLL_MS);
    }
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

  #report({ summaries, faults, messages, deliveries }: Findings, pauses: readonly LanePause[]): CampaignReport {
    const byState = Object.entries(Object.groupBy(summaries, ({ state }) => state));
    const clients = this.#runs.flatMap((run) => run.clients);
    return {
      ...{ seed: this.#options.seed, kills: this.#server.kills, points: this.#points },
      accepted: this.#runs.filter(({ runId }) => runId !== null).length,
      states: Object.fromEntries(byState.map(([state, group]) => [state, group!.length])),
      quarantined: summaries.filter(({ error }) => error?.name === "QuarantinedError").length - 1,
      interrupted: summaries.filter(({ attempts }) => attempts > 1).length,
      lines: clients.flatMap(({ events }) => events).filter(({ type }) => type === "output").length,
      reconnects: this.#runs.reduce((sum, run) => sum + run.reconnects, 0),
      ...{ issues: this.#issues.length, messages, deliveries, pauses: pauses.length },
      held: this.#runs.filter(({ held }) => held !== null).length,
      ...{ recovery: this.#recovery, startMs: this.#server.startMs },
      faults: [...this.#faults, ...faults],
      timeline: this.#timeline.toString(),
    };
  }
}
