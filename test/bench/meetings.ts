/**
 * Measures transcripts of 22,000 words: how long reading them takes, beside `JSON.parse` of the same words in the same
 * process, and how fast the page of such a meeting is served. `npm run bench:meetings`. Compare the ratios.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "../../scripts/server.ts";
import { TRANSCRIPT_FORMATS, type Utterance } from "../../worker/domain/transcript.ts";
import { readTranscript } from "../../worker/meetings/transcript/read-transcript.ts";
import { longTranscript } from "../support/expected-findings.ts";
import { transcriptFile } from "../support/transcript-files.ts";
import { ms, printTable, quantile, repeat } from "./measure.ts";
import { signIn } from "./signed-in.ts";

const WORDS = 22_000;
const READINGS = 20;
const VISITS = 100;

/** Processor time of each of so many readings: what else the machine does counts less than in time on the clock. */
async function processorMs(read: () => Promise<unknown>): Promise<number[]> {
  const samples: number[] = [];
  for (let index = 0; index < READINGS; index++) {
    const before = process.cpuUsage();
    await read();
    const { user, system } = process.cpuUsage(before);
    samples.push((user + system) / 1000);
  }
  return samples;
}

async function measureReading(utterances: readonly Utterance[]): Promise<void> {
  const json = JSON.stringify({ utterances });
  const peer = quantile(await processorMs(async () => JSON.parse(json)), 0.5);
  const rows = [];
  for (const format of TRANSCRIPT_FORMATS) {
    const bytes = transcriptFile(format, utterances);
    const samples = await processorMs(() => readTranscript(bytes, format));
    const [median, worst] = [quantile(samples, 0.5), Math.max(...samples)];
    rows.push([
      `.${format}`,
      `${Math.round(bytes.length / 1024)} KiB`,
      ms(median),
      ms(worst),
      (median / peer).toFixed(1),
    ]);
  }
  printTable(["reading 22,000 words", "file", "processor, p50", "worst of 20", "× JSON.parse"], rows);
}

async function measurePage(utterances: readonly Utterance[]): Promise<void> {
  const stateFolder = mkdtempSync(join(tmpdir(), "runyard-bench-"));
  const server = await startServer({ port: 0, stateFolder, variables: { LOG_LEVEL: "error" } });
  try {
    const { apiToken, signInUrl } = server.credentials;
    const cookie = await signIn(signInUrl);
    const body = new FormData();
    body.set("file", new File([transcriptFile("json", utterances) as Uint8Array<ArrayBuffer>], "long.json"));
    const headers = { authorization: `Bearer ${apiToken}` };
    const added = await fetch(`${server.url}/api/meetings`, { method: "POST", headers, body });
    const { id } = (await added.json()) as { id: string };
    const visit = (path: string) => async () => {
      const answer = await fetch(server.url + path, { headers: { cookie } });
      await answer.text();
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
    };
    const rows = [];
    for (const path of [`/meetings/${id}`, `/meetings/${id}?q=blocked`, "/meetings", "/docs"]) {
      await repeat(5, visit(path));
      const samples = await repeat(VISITS, visit(path));
      rows.push([path.replace(id, "…"), ms(quantile(samples, 0.5)), ms(quantile(samples, 0.95))]);
    }
    printTable(["page", "p50", "p95"], rows);
  } finally {
    await server.stop();
    rmSync(stateFolder, { recursive: true, force: true });
  }
}

const utterances = longTranscript(WORDS);
await measureReading(utterances);
console.log();
await measurePage(utterances);
