/**
 * The clients that watch a run, over hibernating WebSockets.
 * Invariant: between accepting a socket and sending it all that is stored there is no await, so that stored and live
 * events reach each client in order, each once.
 */
import type { RunEvent, RunStateName } from "../../worker/domain/run.ts";
import type { OutputLog } from "./output-log.ts";

/** Clients that may watch one run at the same time. */
export const SOCKETS_MAX = 200;

const NORMAL_CLOSURE = 1000;

export interface StreamEnd {
  readonly seq: number;
  readonly state: RunStateName;
}

export class RunSockets {
  readonly #ctx: DurableObjectState;

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
  }

  isFull(): boolean {
    return this.#ctx.getWebSockets().length >= SOCKETS_MAX;
  }

  /** Accepts a client and sends it everything behind `after`, and the end if the run has ended. */
  accept(log: OutputLog, after: number, end: StreamEnd | null): WebSocket {
    const { 0: client, 1: server } = new WebSocketPair();
    this.#ctx.acceptWebSocket(server);
    for (const { events } of log.chunksAfter(after)) server.send(JSON.stringify({ events }));
    if (end) finish(server, end);
    return client;
  }

  publish(events: readonly RunEvent[]): void {
    if (events.length === 0) return;
    const sockets = this.#ctx.getWebSockets();
    if (sockets.length === 0) return;
    const frame = JSON.stringify({ events });
    for (const socket of sockets) sendQuietly(socket, frame);
  }

  end(end: StreamEnd): void {
    for (const socket of this.#ctx.getWebSockets()) finish(socket, end);
  }

  /** Answers a client's close, or it would wait for one. 1005 and 1006 may not be sent. */
  closed(socket: WebSocket, code: number): void {
    try {
      socket.close(code === 1005 || code === 1006 ? NORMAL_CLOSURE : code);
    } catch {
      // Already closed on both sides.
    }
  }
}

function sendQuietly(socket: WebSocket, frame: string): void {
  try {
    socket.send(frame);
  } catch {
    // The client is gone; it resumes with the last sequence number that it saw.
  }
}

function finish(socket: WebSocket, { seq, state }: StreamEnd): void {
  sendQuietly(socket, JSON.stringify({ type: "end", seq, state }));
  try {
    socket.close(NORMAL_CLOSURE, "the run has ended");
  } catch {
    // The client closed first.
  }
}
