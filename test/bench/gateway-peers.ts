/**
 * What the benchmark of the gateway compares with: the upstream server in a process of its own, a bare Worker behind the
 * same door as `npm start` has, which shows what of an overhead is the platform's, and Portkey's open-source gateway.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "../../scripts/miniflare.ts";
import { chatProtocol } from "../support/providers/chat-completions.ts";

const PORTKEY = "@portkey-ai/gateway@1.15.2";
const START_WITHIN_MS = 30_000;

/** What both read of an answer that is not streamed. */
const WHOLE = JSON.stringify({
  ...{ id: "chatcmpl-1", object: "chat.completion", created: 1, model: "m" },
  choices: [{ index: 0, message: { role: "assistant", content: "2, 3, 5, 7" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 12, completion_tokens: 8, total_tokens: 20 },
});

/** Answers as it is asked: Runyard's gateway always asks for a stream, and puts it together. */
async function serveUpstream(): Promise<void> {
  const frames = chatProtocol.frames().join("");
  const server = createServer((request, response) => {
    let asked = "";
    request
      .on("data", (piece) => {
        asked += piece;
      })
      .on("end", () => {
        const isStream = asked.includes('"stream":true');
        response.writeHead(200, { "content-type": isStream ? "text/event-stream" : "application/json" });
        response.end(isStream ? frames : WHOLE);
      });
  });
  server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
}

export interface Peer {
  readonly url: string;
  stop(): Promise<void> | void;
}

export async function startUpstream(): Promise<Peer> {
  const flags = ["--disable-warning=ExperimentalWarning"];
  const child = spawn(process.execPath, [...flags, fileURLToPath(import.meta.url), "upstream"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = await once(child.stdout!, "data");
  return { url: `http://127.0.0.1:${String(port).trim()}/v1`, stop: () => void child.kill() };
}

/** `/at-once` answers by itself, `/again` reads the upstream's answer and streams it anew, anything else passes it on. */
export async function startBareWorker(upstreamUrl: string): Promise<Peer> {
  const script = `
    const WHOLE = ${JSON.stringify(WHOLE)};
    export default {
      async fetch(request) {
        const body = await request.text();
        if (new URL(request.url).pathname === "/at-once")
          return new Response(body.includes('"stream":true') ? "data: [DONE]\\n\\n" : WHOLE);
        const headers = { "content-type": "application/json" };
        const answer = await fetch("${upstreamUrl}/chat/completions", { method: "POST", headers, body });
        if (new URL(request.url).pathname !== "/again") return answer;
        const reader = answer.body.getReader();
        const first = await reader.read();
        return new Response(new ReadableStream({
          start: (out) => out.enqueue(first.value),
          async pull(out) {
            const { value, done } = await reader.read();
            if (done) out.close();
            else out.enqueue(value);
          },
        }));
      },
    };`;
  const worker = { name: "bare", modules: true, script, compatibilityDate: "2026-10-20" };
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...{ cf: false, log: new Log(LogLevel.WARN), port: 0, telemetry: { enabled: false } },
      workers: [{ ...worker, unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] }],
    } as Parameters<typeof convertV4MiniflareOptions>[0]),
  );
  await miniflare.ready;
  return { url: (await miniflare.unsafeGetDirectURL()).origin, stop: () => miniflare.dispose() };
}

export async function startPortkey(folder: string): Promise<Peer> {
  execFileSync("npm", ["install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", PORTKEY]);
  const file = join(folder, "node_modules/@portkey-ai/gateway/build/start-server.js");
  const port = await freePort();
  const child: ChildProcess = spawn(process.execPath, [file, "--headless", `--port=${port}`], {
    cwd: folder,
    stdio: "ignore",
  });
  const url = `http://127.0.0.1:${port}`;
  const until = performance.now() + START_WITHIN_MS;
  while (!(await fetch(url).catch(() => null))) {
    if (performance.now() > until) throw new Error("Portkey's gateway did not start");
    await sleep(100);
  }
  return { url, stop: () => void child.kill() };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

if (import.meta.main && process.argv[2] === "upstream") await serveUpstream();
