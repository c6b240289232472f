/** Figures in the text format of Prometheus (version 0.0.4). Pure. */
import type { Health } from "../domain/health.ts";
import { HEALTH_STATES } from "../domain/health.ts";
import { PRIORITIES } from "../domain/lane.ts";
import type { QueueStats } from "../domain/lane-schema.ts";
import { TERMINAL_STATES } from "../domain/run.ts";
import type { MetricsSummary } from "../domain/status-schema.ts";

export const PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number | null];

const MS = 1_000;
const seconds = (ms: number | null) => (ms === null ? null : ms / MS);

/** Lines of one metric; a sample without a value is left out. */
function gauge(name: string, help: string, samples: readonly Sample[]): string {
  const lines = samples
    .filter(([, value]) => value !== null)
    .map(([labels, value]) => {
      const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
      return `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}`;
    });
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...lines, ""].join("\n");
}

const escaped = (text: string) => text.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");

export interface Figures {
  readonly queue: QueueStats;
  readonly health: Health;
  /** Of the last hour. */
  readonly hour: MetricsSummary;
}

export function prometheusText({ queue, health, hour }: Figures): string {
  const { lanes, throughput, capacity } = queue;
  const checkedAt = Date.parse(queue.checkedAt);
  return [
    gauge("runyard_capacity_slots", "Runs that the workspace may run at once.", [[{}, capacity.slots]]),
    gauge("runyard_capacity_used", "Runs that hold a slot.", [[{}, capacity.used]]),
    gauge(
      "runyard_lane_waiting",
      "Runs that wait in a lane.",
      lanes.flatMap(({ lane, waitingByPriority }) =>
        PRIORITIES.map((priority): Sample => [{ lane, priority }, waitingByPriority[priority]]),
      ),
    ),
    ofLanes("runyard_lane_held", "Waiting runs that a person holds.", lanes, (lane) => lane.heldCount),
    ofLanes("runyard_lane_running", "Runs that hold a slot of their lane.", lanes, (lane) => lane.runningCount),
    ofLanes("runyard_lane_paused", "1 while a lane is paused.", lanes, (lane) => (lane.pause ? 1 : 0)),
    ofLanes("runyard_lane_oldest_wait_seconds", "How long the oldest run of a lane waits.", lanes, (lane) =>
      lane.oldestEnqueuedAt === null ? null : seconds(Math.max(0, checkedAt - Date.parse(lane.oldestEnqueuedAt))),
    ),
    gauge(
      "runyard_runs_ended_last_hour",
      "Runs that ended within the last hour.",
      TERMINAL_STATES.map((state): Sample => [{ state }, throughput.byState[state]]),
    ),
    gauge(
      "runyard_run_seconds_last_hour",
      "From start to end, of runs accepted within the last hour.",
      quantiles(hour.duration),
    ),
    gauge("runyard_wait_seconds_last_hour", "From acceptance to start, of the same runs.", quantiles(hour.wait)),
    gauge(
      "runyard_health",
      "Of a part: 0 ok, 1 degraded, 2 down.",
      health.parts.map(({ part, status }): Sample => [{ part }, HEALTH_STATES.indexOf(status)]),
    ),
    gauge(
      "runyard_health_latency_seconds",
      "How long a part took to answer its check.",
      health.parts.map(({ part, latencyMs }): Sample => [{ part }, seconds(latencyMs)]),
    ),
  ].join("");
}

type Lane = QueueStats["lanes"][number];

function ofLanes(name: string, help: string, lanes: readonly Lane[], value: (lane: Lane) => number | null): string {
  return gauge(
    name,
    help,
    lanes.map((each): Sample => [{ lane: each.lane }, value(each)]),
  );
}

const quantiles = ({ p50Ms, p95Ms }: MetricsSummary["duration"]): readonly Sample[] => [
  [{ quantile: "0.5" }, seconds(p50Ms)],
  [{ quantile: "0.95" }, seconds(p95Ms)],
];
