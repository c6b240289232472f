/**
 * Whether low runs get their turn while more urgent ones alone could keep the lane busy: two days of a lane in a moment,
 * with the product's own machine and a clock of our own.
 */
import type { Priority } from "../../../worker/domain/lane.ts";
import { EMPTY_QUEUE, type QueueEvent, type QueueState, queueTransition } from "../../../worker/domain/queue-state.ts";
import { quantile } from "../measure.ts";

const SECOND_MS = 1_000;
const HOUR_MS = 3_600 * SECOND_MS;
const RUN_MS = 10 * SECOND_MS;
const LASTING_MS = 48 * HOUR_MS;
/** More urgent ones come as fast as the lane can serve, low ones on top of that. */
const NOT_LOW: readonly Priority[] = [
  "normal",
  "normal",
  "normal",
  "normal",
  "high",
  "normal",
  "normal",
  "normal",
  "normal",
  "high",
];
const LOW_EVERY = 20;
/** A low run is overtaken by what comes within two hours after it, and by no more. */
const WAIT_BAR_HOURS = 6;

interface Waited {
  readonly hours: number[];
  /** Of those that waited when the time was over. */
  left: number;
}

/** A lane that serves one run after another for as long as they come. */
function simulate(): Record<Priority, Waited> {
  const waited = Object.fromEntries(
    (["urgent", "high", "normal", "low"] as const).map((name) => [name, { hours: [], left: 0 }]),
  ) as unknown as Record<Priority, Waited>;
  let state: QueueState = { ...EMPTY_QUEUE, allotment: { slots: 1, target: 1, revision: 1 } };
  const apply = (event: QueueEvent, now: number) => {
    const result = queueTransition(state, event, now);
    state = result.state;
    for (const { priority, enqueuedAt } of result.claims) waited[priority].hours.push((now - enqueuedAt) / HOUR_MS);
  };
  const join = (runId: string, priority: Priority, now: number) =>
    apply({ type: "enqueue", runId, priority, concurrency: 1, expiresAt: null, isSmart: true }, now);
  for (let turn = 0; turn * RUN_MS < LASTING_MS; turn++) {
    const now = turn * RUN_MS;
    const running = state.claimed[0];
    if (running) apply({ type: "release", runId: running.runId, epoch: running.epoch }, now);
    join(`run_${turn}`, NOT_LOW[turn % NOT_LOW.length]!, now);
    if (turn % LOW_EVERY === 0) join(`low_${turn}`, "low", now);
  }
  for (const { priority, enqueuedAt } of state.waiting) {
    // Those that came lately are not late yet.
    if (LASTING_MS - enqueuedAt > WAIT_BAR_HOURS * HOUR_MS) waited[priority].left++;
  }
  return waited;
}

export async function starvation(): Promise<string[][]> {
  const { low, normal, high } = simulate();
  const spread = ({ hours }: Waited) => `${quantile(hours, 0.5).toFixed(1)} / ${Math.max(...hours).toFixed(1)} h`;
  return [
    [
      "two days at 105 %: low runs waited, p50 / longest",
      spread(low),
      `≤ ${WAIT_BAR_HOURS} h`,
      `normal ${spread(normal)}, high ${spread(high)}`,
    ],
    ["low runs that got no turn", `${low.left} of ${low.left + low.hours.length}`, "0", ""],
  ];
}
