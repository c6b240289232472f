/**
 * A receiver of webhooks in a process of its own, with an append-only ledger: what it accepts is on disk (fsync) before it
 * answers, so that nothing that a test or a crash does to the sender can change what was received.
 *
 *     node test/support/ledger-receiver.ts LEDGER [--port=N] [--slow-ms=N] [--error-rate=0.1] [--cut-rate=0.1] [--seed=N]
 *
 * It prints its address. `--error-rate` of the requests are answered 500 and not accepted; `--cut-rate` are accepted, and
 * the connection is cut in place of an answer.
 * `POST /NAME?answers=500,cut,200` plays a script instead: the nth request to NAME gets the nth answer, the last one again
 * and again. An answer is a status, `STATUS:SECONDS` (with Retry-After), `cut` (accepted, then cut), `hang` (accepted, never
 * answered), `slow:MS` (200 after a while), `huge` (200 with a body without end) or `redirect` (302 to /redirected).
 * `GET /ledger?name=NAME` answers the lines of a name so far as a JSON array.
 */
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { seededNumbers } from "./seeded-random.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Address of the receiver that support/receiver-process.ts started. */
    receiverUrl: string;
  }
}

/** One request that was accepted. */
export interface LedgerLine {
  /** The path below which it came, without its slash. */
  readonly name: string;
  /** The header webhook-id: a repeated delivery has the same. */
  readonly id: string;
  readonly at: number;
  /** The nth request to this name, from 1. */
  readonly request: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function readLedger(file: string): LedgerLine[] {
  const text = readFileSync(file, "utf8");
  // The last line is whole: each is written by one call, and the process is never killed within it.
  return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as LedgerLine]));
}

export interface ReceiverOptions {
  readonly ledger: string;
  readonly port?: number;
  readonly slowMs?: number;
  readonly errorRate?: number;
  readonly cutRate?: number;
  readonly seed?: number;
}

export interface Receiver {
  readonly url: string;
  close(): Promise<void>;
}

export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const file = openSync(options.ledger, "a");
  const requests = new Map<string, number>();
  const random = seededNumbers(options.seed ?? 1);
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://receiver");
    if (request.method === "GET" && url.pathname === "/ledger") {
      response.writeHead(200, { "content-type": "application/json" });
      const name = url.searchParams.get("name");
      response.end(JSON.stringify(readLedger(options.ledger).filter((line) => line.name === name)));
      return;
    }
    void receive(request, response, url);
  });

  async function receive(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      // The sender is gone: nothing was received.
      return;
    }
    const name = url.pathname.slice(1);
    const count = (requests.get(name) ?? 0) + 1;
    requests.set(name, count);
    const answers = url.searchParams.get("answers")?.split(",");
    const [kind = "200", detail] = (answers ? answers[Math.min(count, answers.length) - 1]! : chance()).split(":");
    if (options.slowMs) await sleep(options.slowMs);
    if (kind === "slow") await sleep(Number(detail));
    if (/^(?:2\d\d|cut|hang|slow|huge)$/.test(kind)) {
      const { id, headers } = headersOf(request);
      const body = Buffer.concat(chunks).toString("utf8");
      accept({ name, id, at: Date.now(), request: count, headers, body });
    }
    answer(response, kind, detail);
  }

  function chance(): string {
    const draw = random();
    if (draw < (options.errorRate ?? 0)) return "500";
    return draw < (options.errorRate ?? 0) + (options.cutRate ?? 0) ? "cut" : "200";
  }

  function accept(line: LedgerLine): void {
    writeSync(file, `${JSON.stringify(line)}\n`);
    fsyncSync(file);
  }

  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          closeSync(file);
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function headersOf(request: IncomingMessage) {
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  return { id: headers["webhook-id"] ?? "", headers };
}

function answer(response: ServerResponse, kind: string, detail: string | undefined): void {
  if (kind === "hang") return;
  if (kind === "cut") return void response.socket?.destroy();
  if (kind === "redirect") return void response.writeHead(302, { location: "/redirected" }).end();
  if (kind === "huge") return pour(response);
  const status = kind === "slow" ? 200 : Number(kind);
  response.writeHead(status, detail && kind !== "slow" ? { "retry-after": detail } : {}).end(`answered ${status}`);
}

/** Writes until the other side has enough of it. */
function pour(response: ServerResponse): void {
  const chunk = Buffer.alloc(65_536, "x");
  const more = () => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once("drain", more);
  };
  response.writeHead(200);
  more();
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: "string" },
      "slow-ms": { type: "string" },
      "error-rate": { type: "string" },
      "cut-rate": { type: "string" },
      seed: { type: "string" },
    },
  });
  const [ledger] = positionals;
  if (!ledger) throw new Error("Say where the ledger is: node test/support/ledger-receiver.ts LEDGER");
  const number = (text: string | undefined) => Number(text ?? 0);
  const receiver = await startReceiver({
    ledger,
    port: number(values.port),
    slowMs: number(values["slow-ms"]),
    errorRate: number(values["error-rate"]),
    cutRate: number(values["cut-rate"]),
    ...(values.seed === undefined ? {} : { seed: Number(values.seed) }),
  });
  console.log(receiver.url);
}

if (import.meta.main) await main();
