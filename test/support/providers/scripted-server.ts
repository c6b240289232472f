/**
 * A Node HTTP server that answers as it is told, byte by byte where that matters. Owns sockets and timing; what the bytes
 * mean is the protocols' (anthropic.ts, openai-responses.ts, chat-completions.ts).
 * Each script gets a base URL of its own, so that tests may run side by side.
 */
/// <reference types="node" />
/* Over HTTP the same: POST /plays with scripts in JSON answers {"id"}, and GET /plays/ID what was asked there. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";

export interface Script {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** Byte offsets at which the body is cut into separate writes. */
  readonly cutAt?: readonly number[];
  /** How it ends: properly, with the connection torn down, or never. */
  readonly ending?: "end" | "destroy" | "hang";
  /** Sends nothing at all, not even a status. */
  readonly silent?: boolean;
}

export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: unknown;
}

export interface ScriptedServer {
  readonly url: string;
  /**
   * Registers scripts and returns the base URL that plays them, for any path below: one for each request, and the last
   * one as often as it is asked.
   */
  play(...scripts: readonly Script[]): { readonly baseUrl: string; readonly requests: readonly SeenRequest[] };
  /** Resolves once no connection is open. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

export async function startScriptedServer(): Promise<ScriptedServer> {
  const plays: { scripts: readonly Script[]; requests: SeenRequest[] }[] = [];
  let open = 0;
  const server = createServer((request, response) => {
    open++;
    response.on("close", () => open--);
    const [, asked = "", id = "", path = ""] = /^\/(plays\/?)?(\d*)(.*)$/.exec(request.url ?? "") ?? [];
    if (asked !== "" && id === "") return void register(request, response);
    const play = plays[Number(id)];
    if (!play) return response.writeHead(404).end();
    if (asked !== "") return response.end(JSON.stringify(play.requests));
    const script = play.scripts[Math.min(play.requests.length, play.scripts.length - 1)]!;
    void answer(script, path, request, response, play.requests);
  });
  const play = (scripts: readonly Script[]) => plays.push({ scripts, requests: [] }) - 1;
  const register = async (request: IncomingMessage, response: ServerResponse) => {
    response.end(JSON.stringify({ id: play(JSON.parse(await textOf(request))) }));
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    play(...scripts) {
      const id = play(scripts);
      return { baseUrl: `${url}/${id}`, requests: plays[id]!.requests };
    },
    async idle() {
      while (open > 0) await nextTurn();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

async function answer(
  script: Script,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  seen: SeenRequest[],
) {
  const text = await textOf(request);
  seen.push({ path, headers: request.headers, body: text === "" ? null : JSON.parse(text) });
  if (script.silent) return;
  response.socket?.setNoDelay(true);
  response.writeHead(script.status ?? 200, { "content-type": "text/event-stream", ...script.headers });
  response.flushHeaders();
  const body = Buffer.from(script.body as string);
  let from = 0;
  for (const at of [...(script.cutAt ?? []), body.length]) {
    if (at <= from) continue;
    await new Promise<void>((resolve) => response.write(body.subarray(from, at), () => resolve()));
    await nextTurn();
    from = at;
  }
  if (script.ending === "hang") return;
  if (script.ending === "destroy") response.socket?.destroy();
  else response.end();
}
