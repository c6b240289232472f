/**
 * `npm run chaos -- --kills 200 [--seed N]`: kills the real product while it works, and checks that nothing was lost,
 * doubled or stuck. Prints figures; on a fault its sentences, the seed and the timeline, and ends with an error.
 */
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { ms, printTable, quantile } from "../bench/measure.ts";
import { type CampaignReport, runCampaign } from "./campaign.ts";

const { values } = parseArgs({ options: { kills: { type: "string" }, seed: { type: "string" } } });
const kills = Number(values.kills ?? 200);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
if (!Number.isInteger(kills) || kills < 4) throw new Error("--kills must be a whole number from 4 on.");
if (!Number.isInteger(seed)) throw new Error("--seed must be a whole number.");

const load = () => loadavg()[0]!.toFixed(1);

function rows({ recovery, ...report }: CampaignReport): string[][] {
  const spread = (samples: readonly number[]) =>
    samples.length === 0 ? "–" : `${ms(quantile(samples, 0.5))} / ${ms(quantile(samples, 0.99))} (${samples.length})`;
  const { cutShortMs } = recovery;
  return [
    ["kills", String(report.kills)],
    ...Object.entries(report.points).map(([name, count]) => [`– ${name}`, String(count)]),
    ["runs accepted", String(report.accepted)],
    [
      "runs that are there, by state",
      Object.entries(report.states)
        .map(([state, n]) => `${n} ${state}`)
        .join(", "),
    ],
    ["runs that were interrupted", String(report.interrupted)],
    ["of them set aside after four lost attempts, the poisonous one left out", String(report.quarantined)],
    ["lines that clients saw", String(report.lines)],
    ["reconnects", String(report.reconnects)],
    ["runs that were held, lanes that were paused", `${report.held}, ${report.pauses}`],
    ["issues that a tracker told of", String(report.issues)],
    ["messages to a receiver, deliveries of them", `${report.messages}, ${report.deliveries}`],
    ["start to the first answer, p50 / p99", spread(report.startMs)],
    ["first answer to the first new line of any interrupted run, p50 / p99", spread(recovery.firstMs)],
    ["first answer to the next line of each interrupted run, p50 / p99", spread(recovery.eachMs)],
    ["killed again before they went on: count, longest", `${cutShortMs.length}, ${ms(Math.max(0, ...cutShortMs))}`],
    ["faults", String(report.faults.length)],
  ];
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

const before = load();
const report = await runCampaign({ kills, seed, say: (text) => console.error(text) });
printTable([`chaos, seed ${seed}`, `load of the machine ${before} to ${load()}`], rows(report));
if (report.faults.length > 0) {
  console.error(`${report.timeline}\n\nFAULTS, seed ${seed}:\n${report.faults.join("\n")}`);
  process.exitCode = 1;
}
