/**
 * Deliveries under load: thousands of them, duplicated, reordered and replayed, must make exactly the right runs, and
 * each must be acknowledged fast: `npm run bench:deliveries`, or with `-- --deliveries 500` in short. They come at a steady
 * pace, or with `--clients 20` as fast as so many clients get their answers.
 *
 * A program holds each lane meanwhile, so that all runs wait: each issue that is wanted in the end has one, with its newest
 * title, and no other has any. Then the lanes go on, and the same runs, no more and no fewer, come to their end.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startServer } from "../../scripts/server.ts";
import { type DeliveryFigures, loadDeliveries } from "../support/delivery-load.ts";
import { ms, printTable, quantile } from "./measure.ts";

/** A short quiet window: the deliveries of one issue are spread over the whole load, so that every window is tried. */
const QUIET_SECONDS = "0.5";

const { values } = parseArgs({
  options: {
    deliveries: { type: "string", default: "10000" },
    issues: { type: "string", default: "200" },
    "per-second": { type: "string", default: "50" },
    clients: { type: "string" },
    seed: { type: "string", default: "1" },
  },
});

function report({
  acknowledgedMs,
  wallMs,
  settledMs,
  deliveries,
  duplicates,
  issues,
  wanted,
  runs,
}: DeliveryFigures): void {
  printTable(
    ["figure", "value"],
    [
      ["deliveries, of which repeated", `${deliveries}, ${duplicates}`],
      ["issues, of which wanted in the end", `${issues}, ${wanted}`],
      ["runs, all of them right", String(runs)],
      ["acknowledged, p50", ms(quantile(acknowledgedMs, 0.5))],
      ["acknowledged, p99", ms(quantile(acknowledgedMs, 0.99))],
      ["acknowledged, worst", ms(Math.max(...acknowledgedMs))],
      ["deliveries a second", ((deliveries / wallMs) * 1_000).toFixed(0)],
      ["from the last acknowledgement until everything was done", ms(settledMs)],
    ],
  );
}

const stateFolder = mkdtempSync(join(tmpdir(), "runyard-bench-"));
const server = await startServer({
  port: 0,
  stateFolder,
  variables: { LOG_LEVEL: "error", RUNYARD_ISSUE_QUIET_SECONDS: QUIET_SECONDS },
});
try {
  const figures = await loadDeliveries(
    { url: server.url, apiToken: server.credentials.apiToken },
    {
      deliveries: Number(values.deliveries),
      issues: Number(values.issues),
      arrival: values.clients ? { clients: Number(values.clients) } : { perSecond: Number(values["per-second"]) },
      seed: Number(values.seed),
    },
  );
  report(figures);
} finally {
  await server.stop();
  rmSync(stateFolder, { recursive: true, force: true });
}
