/** The whole of what is asked when the last kill is over and every client has seen its run's end. */
import type { RunSummary } from "../../worker/domain/run.ts";
import type { ReceiverProcess } from "../support/receiver-process.ts";
import {
  Audit,
  copyFaults,
  endFaults,
  type FinalRun,
  identityFaults,
  issueFaults,
  laneFaults,
  steeringFaults,
  streamFaults,
} from "./audit.ts";
import type { DeliveredIssue } from "./delivered-issue.ts";
import type { KilledServer } from "./killed-server.ts";
import { arrived, expectedMessages, messageFaults } from "./messages.ts";
import type { LanePause } from "./steering.ts";
import type { WatchedRun } from "./watched-run.ts";

/** A last run gets its turn within this time. */
const PROBE_TIMEOUT_MS = 60_000;

export interface Inspected {
  readonly server: KilledServer;
  readonly receiver: ReceiverProcess;
  readonly runs: readonly WatchedRun[];
  readonly issues: readonly DeliveredIssue[];
  readonly pauses: readonly LanePause[];
}

export interface Findings {
  readonly faults: readonly string[];
  /** The runs of the jobs, as they are listed. */
  readonly summaries: readonly RunSummary[];
  /** Messages about runs that had to reach their receiver, and deliveries that did: repeated ones, too. */
  readonly messages: number;
  readonly deliveries: number;
}

/** Ends the server in order, because its database is looked at, too. */
export async function inspect({ server, receiver, runs, issues, pauses }: Inspected): Promise<Findings> {
  const audit = new Audit(server);
  const undrained = await probeLanes(server, runs);
  const { list, faults } = await audit.converged((listed) => [
    ...identityFaults(runs, listed),
    ...issueFaults(issues, listed),
    ...endFaults(listed),
  ]);
  const finals: FinalRun[] = [];
  const expected: string[] = [];
  const broken: string[] = [];
  const watched = new Map(runs.map((run) => [run.name, run]));
  for (const summary of [...list.values()].flat()) {
    const events = await audit.read(summary.id);
    expected.push(...expectedMessages(summary.id, events));
    const run = watched.get(summary.title);
    if (!run) continue;
    const final = { summary, events, job: run.job, watched: run };
    finals.push(final);
    broken.push(...streamFaults(final, await audit.logText(summary.id)));
  }
  const lines = await arrived(() => receiver.read(), expected);
  await server.product.halt();
  return {
    faults: [
      ...undrained,
      ...faults,
      ...broken,
      ...steeringFaults(finals, pauses),
      ...laneFaults(finals, server.endedAt),
      ...copyFaults(server.product.stateFolder, finals),
      ...messageFaults(lines, expected),
    ],
    summaries: finals.map(({ summary }) => summary),
    messages: expected.length,
    deliveries: lines.length,
  };
}

/** A last run in each lane: one that does not drain would keep it. */
async function probeLanes(server: KilledServer, runs: readonly WatchedRun[]): Promise<string[]> {
  const lanes = new Map(
    runs.map(({ job: { lane, person } }) => [lane ?? `the lane of person ${person}`, { lane, person }]),
  );
  const probe = async (name: string, lane: string | null, token: string): Promise<string[]> => {
    const body = { language: "javascript", code: "// probe\n1", ...(lane === null ? {} : { lane }) };
    const answer = await fetch(`${server.product.url}/api/execute`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    });
    const { success } = (await answer.json()) as { success?: boolean };
    return success ? [] : [`${name}: a last run did not succeed`];
  };
  const found = await Promise.all(
    [...lanes].map(([name, { lane, person }]) =>
      probe(name, lane, server.tokens[person]!).catch(() => [`${name}: does not drain`]),
    ),
  );
  return found.flat();
}
