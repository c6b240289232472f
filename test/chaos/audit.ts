/**
 * What is asked of the product when the last kill is over: each check gives the sentences of what is wrong, none of them
 * where all is well. The truth is what clients were answered and shown.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { repositoryLane } from "../../worker/domain/lane.ts";
import { isTerminal, type RunSummary } from "../../worker/domain/run.ts";
import { openStoppedDatabase } from "../support/product/database-file.ts";
import { StreamClient, type StreamEvent } from "../support/stream-client.ts";
import { attemptsOf, lineFaults, overlaps, type Presence, presences } from "./attempts.ts";
import type { DeliveredIssue } from "./delivered-issue.ts";
import type { KilledServer } from "./killed-server.ts";
import type { LanePause, Span } from "./steering.ts";
import type { WatchedRun } from "./watched-run.ts";
import type { Job } from "./workload.ts";

/** The copy in D1 follows within this time once nothing is killed any more. */
const CONVERGENCE_MS = 30_000;
const POLL_MS = 200;
const PAGE = 200;

/** One run as it is stored in the end. */
export interface FinalRun {
  readonly summary: RunSummary;
  readonly events: readonly StreamEvent[];
  readonly job: Job;
  readonly watched: WatchedRun;
}

export class Audit {
  readonly #server: KilledServer;
  readonly #headers: Record<string, string>;

  constructor(server: KilledServer) {
    this.#server = server;
    this.#headers = { authorization: `Bearer ${server.tokens[0]}` };
  }

  /** All runs of the workspace, by their titles. */
  async list(): Promise<Map<string, RunSummary[]>> {
    const runs: RunSummary[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const from: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const page = (await this.#get(`/api/runs?limit=${PAGE}${from}`)) as {
        runs: RunSummary[];
        nextCursor: string | null;
      };
      runs.push(...page.runs);
      cursor = page.nextCursor;
    }
    return Map.groupBy(runs, ({ title }) => title);
  }

  /** Waits until the list says what each run says of itself, and `others` finds nothing wrong with it either. */
  async converged(
    others: (list: ReadonlyMap<string, readonly RunSummary[]>) => readonly string[],
  ): Promise<{ list: Map<string, RunSummary[]>; faults: readonly string[] }> {
    const deadline = Date.now() + CONVERGENCE_MS;
    for (;;) {
      const list = await this.list();
      const faults = [...others(list), ...(await this.#differences([...list.values()].flat()))];
      if (faults.length === 0 || Date.now() > deadline) return { list, faults };
      await sleep(POLL_MS);
    }
  }

  async #differences(listed: readonly RunSummary[]): Promise<string[]> {
    const faults: string[] = [];
    for (const row of listed) {
      const truth = await this.describe(row.id);
      const differing = (Object.keys(row) as (keyof RunSummary)[]).filter(
        (key) => !isDeepStrictEqual(row[key], truth[key]),
      );
      if (differing.length > 0) faults.push(`${row.title}: the list differs from the run in ${differing.join(", ")}`);
    }
    return faults;
  }

  /** The run's whole stream, as a client gets it that comes now. */
  async read(runId: string): Promise<readonly StreamEvent[]> {
    const client = new StreamClient({ url: this.#server.product.url, runId, headers: this.#headers });
    const timer = setTimeout(() => client.close(), CONVERGENCE_MS);
    await Promise.race([client.ended, sleep(CONVERGENCE_MS)]);
    clearTimeout(timer);
    return client.events;
  }

  /** What the run says of itself. */
  async describe(runId: string): Promise<RunSummary> {
    return (await this.#get(`/api/runs/${runId}`)) as RunSummary;
  }

  async logText(runId: string): Promise<string> {
    const answer = await fetch(`${this.#server.product.url}/api/runs/${runId}/log.txt`, { headers: this.#headers });
    return answer.text();
  }

  async #get(path: string): Promise<unknown> {
    const answer = await fetch(this.#server.product.url + path, { headers: this.#headers });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
}

/** Exactly one run for each job that was accepted, at most one for one whose answer was lost and not asked for again. */
export function identityFaults(
  watched: readonly WatchedRun[],
  list: ReadonlyMap<string, readonly RunSummary[]>,
): string[] {
  return watched.flatMap(({ name, job, answered, runId }) => {
    const listed = list.get(name) ?? [];
    if (answered.size > 1) return [`${name}: one key was answered with the runs ${[...answered].join(", ")}`];
    if (runId !== null && !listed.some(({ id }) => id === runId)) return [`${name}: ${runId} was accepted and is lost`];
    if (listed.length > 1) return [`${name}: one key made ${listed.length} runs`];
    return runId === null && !job.isAbandoned ? [`${name}: was never accepted`] : [];
  });
}

/** Exactly one run for each issue that a tracker told of, however often it did. */
export function issueFaults(
  issues: readonly DeliveredIssue[],
  list: ReadonlyMap<string, readonly RunSummary[]>,
): string[] {
  return issues.flatMap(({ name, repository }) => {
    const [run, ...more] = list.get(name) ?? [];
    if (!run) return [`${name}: was acknowledged and has no run`];
    if (more.length > 0) return [`${name}: has ${more.length + 1} runs`];
    return run.lane === repositoryLane(repository) ? [] : [`${name}: is in the lane ${run.lane}`];
  });
}

export function endFaults(list: ReadonlyMap<string, readonly RunSummary[]>): string[] {
  const open = [...list.values()].flat().filter(({ state }) => !isTerminal(state));
  return open.map(({ title, state }) => `${title}: is still ${state}`);
}

/** What its clients saw, what a new client is shown, and its log as text are the same; and its lines are all there. */
export function streamFaults({ summary, events, job, watched }: FinalRun, logText: string): string[] {
  const faults: string[] = [];
  const say = (text: string) => faults.push(`${summary.title}: ${text}`);
  if (events.some(({ seq }, index) => seq !== index + 1)) say("its sequence has a gap");
  for (const [index, client] of watched.clients.entries()) {
    if (!isDeepStrictEqual(client.events, events)) say(`client ${index + 1} saw something else than what is stored`);
  }
  const output = events.flatMap(({ type, text }) => (type === "output" ? [text] : [])).join("");
  if (logText !== output) say("log.txt differs from the stream");
  const attempts = attemptsOf(events);
  // A run that was set aside has lost its last attempt, too.
  for (const fault of lineFaults(job, attempts, summary.state === "succeeded")) say(fault);
  if (attempts.length !== summary.attempts) say(`has ${attempts.length} attempts and says ${summary.attempts}`);
  if (watched.cancelledAt !== null) {
    const late = events.find(
      ({ type, step, at }) => type === "step-start" && step === "execute" && Date.parse(at) > watched.cancelledAt!,
    );
    if (late) say("a program was begun after it was stopped");
  }
  return faults;
}

const startsOf = (events: readonly StreamEvent[]) =>
  events.filter(({ type, state }) => type === "state" && state === "running").map(({ at }) => Date.parse(at));

/** No run started while it was held, and in a paused lane none but the one that had its slot already. */
export function steeringFaults(runs: readonly FinalRun[], pauses: readonly LanePause[]): string[] {
  const within = (at: number, { from, to }: Span) => at > from && at < to;
  const early = runs.filter(({ watched, events }) =>
    startsOf(events).some((at) => watched.held && within(at, watched.held)),
  );
  const crowded = pauses.filter((pause) => {
    const members = runs.filter(({ job }) => job.lane === pause.lane);
    return members.flatMap(({ events }) => startsOf(events)).filter((at) => within(at, pause)).length > 1;
  });
  return [
    ...early.map(({ summary }) => `${summary.title}: started while it was held`),
    ...crowded.map(({ lane }) => `${lane}: started several runs while it was paused`),
  ];
}

/** No two attempts in one repository's lane at the same time. */
export function laneFaults(runs: readonly FinalRun[], serverEndedAt: readonly number[]): string[] {
  const inRepositories = runs.filter(({ job }) => job.lane !== null);
  const lanes = Map.groupBy(inRepositories, ({ job }) => job.lane!);
  return [...lanes].flatMap(([lane, members]) => {
    const all: Presence[] = members.flatMap(({ summary, events }) =>
      presences(summary.title, attemptsOf(events), serverEndedAt),
    );
    return overlaps(all).map((fault) => `${lane}: ${fault}`);
  });
}

/** The copy of each stream in D1, read from its file when the server has ended, is what the clients were shown. */
export function copyFaults(stateFolder: string, runs: readonly FinalRun[]): string[] {
  const database = openStoppedDatabase(stateFolder);
  const chunks = database.prepare("SELECT events FROM run_output WHERE run_id = ? ORDER BY first_seq");
  const faults = runs.flatMap(({ summary, events }) => {
    const rows = chunks.all(summary.id) as { events: string }[];
    const copy = rows.flatMap((row) => JSON.parse(row.events) as StreamEvent[]);
    return isDeepStrictEqual(copy, events)
      ? []
      : [`${summary.title}: D1 keeps ${copy.length} events of ${events.length}`];
  });
  database.close();
  return faults;
}
