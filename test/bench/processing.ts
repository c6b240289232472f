/**
 * Measures what the product adds to a model's answer when it processes a meeting of 22,000 words with one program: from
 * the request to the end of the run, without the time that the model took. `npm run bench:processing`. The model answers
 * at once over real HTTP, with a program that writes all that was said; nothing is applied, so each run does the same.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "../../scripts/server.ts";
import { longFindings, longTranscript } from "../support/expected-findings.ts";
import { startMeetingModel } from "../support/providers/meeting-model.ts";
import { StreamClient, type StreamEvent } from "../support/stream-client.ts";
import { transcriptFile } from "../support/transcript-files.ts";
import { ms, printTable, quantile } from "./measure.ts";
import { liftLimit } from "./signed-in.ts";

const WORDS = 22_000;
const WARM_UP = 10;
const RUNS = 50;

interface Place {
  readonly url: string;
  readonly token: string;
}

interface Measured {
  /** From the request to the end of the stream. */
  readonly wholeMs: number;
  /** From the request to its answer. */
  readonly answeredMs: number;
  /** Between the first and last event, in the server's time: from the acceptance to the end. */
  readonly runMs: number;
  readonly phasesMs: Readonly<Record<string, number>>;
}

async function processOnce(place: Place, meetingId: string): Promise<Measured> {
  const headers = { authorization: `Bearer ${place.token}` };
  const startedAt = performance.now();
  const answer = await fetch(`${place.url}/api/meetings/${meetingId}/process-v2`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: "{}",
  });
  const { runId } = (await answer.json()) as { runId: string };
  const answeredMs = performance.now() - startedAt;
  const client = new StreamClient({ url: place.url, runId, headers });
  await client.ended;
  const { events } = client;
  const wholeMs = performance.now() - startedAt;
  const at = (event: StreamEvent | undefined) => Date.parse(event!.at);
  const last = events.at(-1)!;
  if (last.type !== "state" || last.state !== "succeeded") {
    throw new Error(JSON.stringify(events.filter(({ type }) => type !== "step-start").slice(-3)));
  }
  const phasesMs = Object.fromEntries(
    events.flatMap((event, index) => {
      if (event.type !== "step-start") return [];
      const end = events.slice(index).find((each) => each.type === "step-end" && each.step === event.step);
      return [[event.step, at(end ?? last) - at(event)]];
    }),
  );
  return { wholeMs, answeredMs, runMs: at(last) - at(events[0]), phasesMs };
}

async function main(): Promise<void> {
  const { model, baseUrl, close } = await startMeetingModel();
  const stateFolder = mkdtempSync(join(tmpdir(), "runyard-bench-"));
  const variables = { LOG_LEVEL: "error", ANTHROPIC_API_KEY: "sk-bench", ANTHROPIC_BASE_URL: baseUrl };
  const server = await startServer({ port: 0, stateFolder, variables });
  try {
    const place = { url: server.url, token: server.credentials.apiToken };
    await liftLimit(server.url, server.credentials.signInUrl);
    const utterances = longTranscript(WORDS);
    model.findings = longFindings(utterances);
    const body = new FormData();
    body.set("file", new File([transcriptFile("json", utterances) as Uint8Array<ArrayBuffer>], "long.json"));
    const headers = { authorization: `Bearer ${place.token}` };
    const added = await fetch(`${place.url}/api/meetings`, { method: "POST", headers, body });
    const { id } = (await added.json()) as { id: string };
    const samples: (Measured & { readonly modelMs: number })[] = [];
    for (let index = 0; index < WARM_UP + RUNS; index++) {
      const measured = await processOnce(place, id);
      const modelMs = model.tookMs.at(-1)!;
      if (index >= WARM_UP) samples.push({ ...measured, modelMs });
    }
    const row = (name: string, of: (sample: (typeof samples)[number]) => number) => {
      const all = samples.map(of);
      return [name, ms(quantile(all, 0.5)), ms(quantile(all, 0.95)), ms(Math.max(...all))];
    };
    const phases = Object.keys(samples[0]!.phasesMs);
    printTable(
      [`${RUNS} runs, ${model.findings.findings.length} findings`, "p50", "p95", "worst"],
      [
        row("request to end, without the model", ({ wholeMs, modelMs }) => wholeMs - modelMs),
        row("the model", ({ modelMs }) => modelMs),
        row("request to answer", ({ answeredMs }) => answeredMs),
        row("acceptance to end, in the server's time", ({ runMs }) => runMs),
        ...phases.map((phase) => row(`step ${phase}`, ({ phasesMs }) => phasesMs[phase] ?? 0)),
      ],
    );
  } finally {
    await server.stop();
    close();
    rmSync(stateFolder, { recursive: true, force: true });
  }
}

await main();
