/**
 * Proves that clients which lose their connection miss nothing and see nothing twice: `npm run bench:reconnects`.
 * Runs write while clients are cut at random positions and come back, a thousand times in all; then what each client saw
 * is compared with what the run wrote. Ends with an error when a single line differs. `RECONNECTS=200` makes it shorter.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningServer, startServer } from "../../scripts/server.ts";
import { StreamClient } from "../support/stream-client.ts";
import { ms, printTable, quantile, timed } from "./measure.ts";

const RECONNECTS = Number(process.env["RECONNECTS"] ?? 1_000);
const CLIENTS = 10;
/** Lines of one run; it waits now and then, so that clients are cut in what is stored and in what is live. */
const LINES = 20_000;
const PROGRAM = `for (let i = 1; i <= ${LINES}; i++) {
  console.log("line " + i + " " + "x".repeat(i * 7919 % 200));
  if (i % 200 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
}`;
const EXPECTED = Array.from({ length: LINES }, (_, index) => {
  return `line ${index + 1} ${"x".repeat(((index + 1) * 7_919) % 200)}\n`;
}).join("");
/** A lost client comes back at once: the pauses are the browser's business. */
const BACK_AFTER_MS = 1;

interface Figures {
  reconnects: number;
  lines: number;
  readonly resumeMs: number[];
}

async function startRun({ url, credentials }: RunningServer): Promise<string> {
  const answer = await fetch(`${url}/api/execute`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${credentials.apiToken}`,
      "content-type": "application/json",
      prefer: "respond-async",
    },
    body: JSON.stringify({
      language: "javascript",
      code: PROGRAM,
      limits: { outputBytes: 8 * 2 ** 20, timeoutMs: 120_000 },
    }),
  });
  return ((await answer.json()) as { runId: string }).runId;
}

/** A client that is cut after a random number of frames, over and over. Some acknowledge, and some never do. */
async function watch(server: RunningServer, runId: string, index: number, figures: Figures): Promise<void> {
  let framesLeft = index;
  let cutAt = 0;
  const client = new StreamClient({
    url: server.url,
    runId,
    headers: { authorization: `Bearer ${server.credentials.apiToken}` },
    acknowledges: index % 3 !== 0,
    delayMs: () => BACK_AFTER_MS,
    onEvents: (_, self) => {
      if (cutAt > 0) figures.resumeMs.push(performance.now() - cutAt);
      cutAt = 0;
      if (framesLeft-- > 0) return;
      framesLeft = Math.floor(Math.random() * 6);
      cutAt = performance.now();
      self.cut();
    },
  });
  const ending = await client.ended;
  assert.equal(ending.state, "succeeded");
  assert.deepEqual(
    client.events.map((event) => event.seq),
    client.events.map((_, position) => position + 1),
  );
  assert.equal(client.text(), EXPECTED);
  figures.reconnects += client.connections - 1;
  figures.lines += client.events.length;
}

async function main(): Promise<void> {
  const stateFolder = mkdtempSync(join(tmpdir(), "runyard-bench-"));
  const server = await startServer({ port: 0, stateFolder, variables: { LOG_LEVEL: "error" } });
  const figures: Figures = { reconnects: 0, lines: 0, resumeMs: [] };
  let runs = 0;
  try {
    const tookMs = await timed(async () => {
      for (; figures.reconnects < RECONNECTS; runs++) {
        const runId = await startRun(server);
        await Promise.all(Array.from({ length: CLIENTS }, (_, index) => watch(server, runId, index, figures)));
      }
    });
    printTable(
      ["figure", "value"],
      [
        ["reconnects at random positions", String(figures.reconnects)],
        ["runs, clients of each", `${runs}, ${CLIENTS}`],
        ["events compared, each once and in order", figures.lines.toLocaleString("en-US")],
        ["lost, doubled or out of order", "0"],
        [
          "from a cut to the next event, p50 / p99",
          `${ms(quantile(figures.resumeMs, 0.5))} / ${ms(quantile(figures.resumeMs, 0.99))}`,
        ],
        ["in all", ms(tookMs)],
      ],
    );
  } finally {
    await server.stop();
    rmSync(stateFolder, { recursive: true, force: true });
  }
}

await main();
