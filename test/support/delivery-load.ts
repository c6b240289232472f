/**
 * Sends a product a load of GitHub deliveries whose right outcome is known, and checks that exactly this came of it.
 * Each issue has a history of edits, labels and closings; the whole is shuffled, a part of it repeated, and then sent by
 * several clients at once, or at a steady pace. Everything follows from the seed.
 */
import { createHmac } from "node:crypto";
import { seededNumbers } from "./seeded-random.ts";

export interface LoadTarget {
  readonly url: string;
  readonly apiToken: string;
}

export interface LoadSize {
  /** All that are sent, repeats included. */
  readonly deliveries: number;
  readonly issues: number;
  readonly arrival: Arrival;
  readonly seed: number;
}

/**
 * How they come: from so many clients that each wait for an answer before they go on, which measures how much goes through;
 * or so many a second whether answers have come or not, as trackers send them, which measures how long one waits.
 */
export type Arrival = { readonly clients: number } | { readonly perSecond: number };

export interface DeliveryFigures {
  /** One for each delivery, from sending it to its answer. */
  readonly acknowledgedMs: readonly number[];
  readonly wallMs: number;
  /** From the last answer until nothing was left to do. */
  readonly settledMs: number;
  readonly deliveries: number;
  readonly duplicates: number;
  readonly issues: number;
  readonly wanted: number;
  readonly runs: number;
}

/** A share of deliveries comes again as it was, and a share under another id, as a replay would. */
const REPEATED_SHARE = 0.25;
const REPLAYED_SHARE = 0.1;
const REPOSITORIES = 5;
const SETTLE_TIMEOUT_MS = 300_000;
const LOOK_MS = 200;
const LABEL = "runyard";

interface Prepared {
  readonly id: string;
  readonly body: string;
}

interface ExpectedIssue {
  readonly title: string;
  readonly isWanted: boolean;
}

function shuffle<T>(list: T[], random: () => number): T[] {
  for (let last = list.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [list[last], list[other]] = [list[other]!, list[last]!];
  }
  return list;
}

const remote = (repository: number) => `https://github.com/acme/load-${repository}`;

/** An issue's history: wanted, mostly, with a title for each moment. */
function historyOf(
  number: number,
  length: number,
  random: () => number,
): { bodies: string[]; expected: ExpectedIssue } {
  const repository = number % REPOSITORIES;
  let isWanted = false;
  let title = "";
  const bodies: string[] = [];
  for (let moment = 0; moment < length; moment++) {
    isWanted = random() < (moment === 0 ? 0.9 : isWanted ? 0.85 : 0.5);
    title = `Issue ${number}, state ${moment}`;
    const isOpen = isWanted || random() < 0.5;
    bodies.push(
      JSON.stringify({
        action: "edited",
        issue: {
          number,
          title,
          state: isOpen ? "open" : "closed",
          html_url: `${remote(repository)}/issues/${number}`,
          labels: isWanted || !isOpen ? [{ name: LABEL }] : [],
          updated_at: new Date(Date.UTC(2026, 0, 1) + moment * 60_000).toISOString(),
        },
        repository: { full_name: `acme/load-${repository}`, clone_url: `${remote(repository)}.git` },
      }),
    );
  }
  return { bodies, expected: { title, isWanted } };
}

function prepare({ deliveries, issues, seed }: LoadSize): {
  sent: Prepared[];
  expected: ExpectedIssue[];
  duplicates: number;
} {
  const random = seededNumbers(seed);
  const originals = Math.max(issues, Math.floor(deliveries / (1 + REPEATED_SHARE + REPLAYED_SHARE)));
  const histories = Array.from({ length: issues }, (_, index) => {
    const length = Math.floor(originals / issues) + (index < originals % issues ? 1 : 0);
    return historyOf(index + 1, length, random);
  });
  const first = histories.flatMap(({ bodies }, index) =>
    bodies.map((body, at) => ({ id: `${seed}-${index}-${at}`, body })),
  );
  const pick = () => first[Math.floor(random() * first.length)]!;
  const repeated = Array.from({ length: Math.floor(originals * REPEATED_SHARE) }, pick);
  const replayed = Array.from({ length: deliveries - first.length - repeated.length }, (_, index) => ({
    ...pick(),
    id: `${seed}-replay-${index}`,
  }));
  const sent = shuffle([...first, ...repeated, ...replayed], random);
  return { sent, expected: histories.map(({ expected }) => expected), duplicates: repeated.length + replayed.length };
}

interface ListedRun {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly title: string;
}

class Target {
  readonly #target: LoadTarget;

  constructor(target: LoadTarget) {
    this.#target = target;
  }

  async api<T>(path: string, body?: object, headers: Record<string, string> = {}): Promise<T> {
    const answer = await fetch(this.#target.url + path, {
      method: body ? "POST" : "GET",
      headers: {
        authorization: `Bearer ${this.#target.apiToken}`,
        ...(body ? { "content-type": "application/json" } : {}),
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json() as Promise<T>;
  }

  /** All rows of a list, whatever the number of its pages. */
  async all<Row>(path: string, name: string): Promise<Row[]> {
    const rows: Row[] = [];
    let cursor = "";
    do {
      const page = await this.api<{ nextCursor: string | null } & Record<string, unknown>>(
        `${path}limit=200&cursor=${cursor}`,
      );
      rows.push(...(page[name] as Row[]));
      cursor = page.nextCursor ?? "";
    } while (cursor !== "");
    return rows;
  }

  async deliver(path: string, secret: string, { id, body }: Prepared): Promise<void> {
    const signature = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
    const answer = await fetch(this.#target.url + path, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-github-event": "issues",
        "x-github-delivery": id,
        "x-hub-signature-256": signature,
      },
      body,
    });
    const text = await answer.text();
    if (answer.status !== 202) throw new Error(`a delivery was answered with ${answer.status}: ${text}`);
  }
}

/** Throws an error that says what is wrong when the runs are not exactly the right ones. */
export async function loadDeliveries(address: LoadTarget, size: LoadSize): Promise<DeliveryFigures> {
  const target = new Target(address);
  for (let repository = 0; repository < REPOSITORIES; repository++) {
    await target.api("/api/repositories", {
      key: `load-${repository}`,
      name: "Load",
      gitUrl: `${remote(repository)}.git`,
      takeLabels: [LABEL],
    });
  }
  const endpoint = await target.api<{ path: string; secret: string }>("/api/inbound-endpoints", { tracker: "github" });
  const occupants = await occupyLanes(target);
  const { sent, expected, duplicates } = prepare(size);
  const acknowledgedMs: number[] = [];
  const startedAt = performance.now();
  await sendAll(sent, size.arrival, async (delivery, dueAt) => {
    await target.deliver(endpoint.path, endpoint.secret, delivery);
    acknowledgedMs.push(performance.now() - dueAt);
  });
  const wallMs = performance.now() - startedAt;
  const settledAt = performance.now();
  await settle(target);
  const settledMs = performance.now() - settledAt;
  await checkRuns(target, expected, (run) => run.state === "queued");
  for (const runId of occupants) await target.api(`/api/runs/${runId}/cancel`, {});
  await untilTrue("the runs have not all ended", async () => (await issueRuns(target)).every(hasEnded));
  const runs = await checkRuns(target, expected, hasEnded);
  const wanted = expected.filter(({ isWanted }) => isWanted).length;
  return {
    acknowledgedMs,
    wallMs,
    settledMs,
    deliveries: sent.length,
    duplicates,
    issues: expected.length,
    wanted,
    runs,
  };
}

/** @param send is told when the delivery was to be sent: one that was held up by others waits from then on */
async function sendAll(
  deliveries: readonly Prepared[],
  arrival: Arrival,
  send: (delivery: Prepared, dueAt: number) => Promise<void>,
): Promise<void> {
  if ("perSecond" in arrival) {
    const startedAt = performance.now();
    const inTime = async (delivery: Prepared, index: number) => {
      const dueAt = startedAt + (index * 1_000) / arrival.perSecond;
      await new Promise((resolve) => setTimeout(resolve, dueAt - performance.now()));
      await send(delivery, dueAt);
    };
    await Promise.all(deliveries.map(inTime));
    return;
  }
  let next = 0;
  const client = async () => {
    for (let delivery = deliveries[next++]; delivery; delivery = deliveries[next++]) {
      await send(delivery, performance.now());
    }
  };
  await Promise.all(Array.from({ length: arrival.clients }, client));
}

/** A program in each lane that does nothing: runs about issues wait behind it, so that what waits can be compared. */
async function occupyLanes(target: Target): Promise<string[]> {
  const runIds: string[] = [];
  for (let repository = 0; repository < REPOSITORIES; repository++) {
    const code = "await new Promise((resolve) => setTimeout(resolve, 290_000));";
    const body = {
      language: "javascript",
      code,
      limits: { timeoutMs: 300_000 },
      lane: `repository:load-${repository}`,
    };
    const { runId } = await target.api<{ runId: string }>("/api/execute", body, { prefer: "respond-async" });
    runIds.push(runId);
  }
  return runIds;
}

async function untilTrue(complaint: string, look: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + SETTLE_TIMEOUT_MS;
  while (!(await look())) {
    if (performance.now() > until) throw new Error(`After ${SETTLE_TIMEOUT_MS} ms, ${complaint}.`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function settle(target: Target): Promise<void> {
  for (const status of ["received", "settling"]) {
    await untilTrue(`deliveries are still ${status}`, async () => {
      const { deliveries } = await target.api<{ deliveries: unknown[] }>(`/api/deliveries?limit=1&status=${status}`);
      return deliveries.length === 0;
    });
  }
}

const hasEnded = ({ state }: ListedRun) => state === "failed" || state === "cancelled" || state === "succeeded";

async function issueRuns(target: Target): Promise<ListedRun[]> {
  return (await target.all<ListedRun>("/api/runs?", "runs")).filter(({ kind }) => kind === "issue");
}

/** Each issue that is wanted has one run, with its newest title, and no other has any; answers how many there are. */
async function checkRuns(
  target: Target,
  expected: readonly ExpectedIssue[],
  isAsItShould: (run: ListedRun) => boolean,
): Promise<number> {
  const live = (await issueRuns(target)).filter(({ state }) => state !== "cancelled");
  const found = live.map((run) => (isAsItShould(run) ? run.title : `${run.title} (${run.state})`)).toSorted();
  const right = expected
    .filter(({ isWanted }) => isWanted)
    .map(({ title }) => title)
    .toSorted();
  const missing = right.filter((title) => !found.includes(title));
  const surplus = found.filter((title, index) => !right.includes(title) || found.indexOf(title) !== index);
  if (missing.length + surplus.length > 0) {
    throw new Error(`The runs are not right. Missing: ${missing.join("; ")}. Too many: ${surplus.join("; ")}.`);
  }
  return live.length;
}
