/**
 * The clients that watch a run.
 * Invariant: between accepting a socket and sending it all that is stored there is no await, so that stored and live
 * events reach each client in order, each once.
 *
 * A run that waits in its lane may wait for hours: its sockets hibernate, so that the object can be evicted. A run that
 * runs keeps its object in memory anyway, and an ended one closes at once: theirs are plain sockets, because the runtime
 * holds the connection of a hibernating socket for ten more seconds after both sides have closed it.
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

export interface StreamRequest {
  /** The client has seen everything up to this sequence number. */
  readonly after: number;
  /** Set when the run has ended. */
  readonly end: StreamEnd | null;
  /** Whether the run may wait for long. */
  readonly hibernates: boolean;
}

export class RunSockets {
  readonly #ctx: DurableObjectState;
  readonly #plain = new Set<WebSocket>();

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
  }

  isFull(): boolean {
    return this.#all().length >= SOCKETS_MAX;
  }

  /** Accepts a client and sends it everything behind `after`, and the end if the run has ended. */
  accept(log: OutputLog, { after, end, hibernates }: StreamRequest): WebSocket {
    const { 0: client, 1: server } = new WebSocketPair();
    if (hibernates) this.#ctx.acceptWebSocket(server);
    else this.#acceptPlain(server);
    for (const { events } of log.chunksAfter(after)) server.send(JSON.stringify({ events }));
    if (end) finish(server, end);
    return client;
  }

  publish(events: readonly RunEvent[]): void {
    const sockets = this.#all();
    if (events.length === 0 || sockets.length === 0) return;
    const frame = JSON.stringify({ events });
    for (const socket of sockets) sendQuietly(socket, frame);
  }

  end(end: StreamEnd): void {
    for (const socket of this.#all()) finish(socket, end);
  }

  /** Answers a client's close, or it would wait for one. 1005 and 1006 may not be sent. */
  closed(socket: WebSocket, code: number): void {
    this.#plain.delete(socket);
    closeQuietly(socket, code === 1005 || code === 1006 ? NORMAL_CLOSURE : code);
  }

  #acceptPlain(socket: WebSocket): void {
    socket.accept();
    this.#plain.add(socket);
    socket.addEventListener("close", ({ code }) => this.closed(socket, code));
    socket.addEventListener("error", () => this.#plain.delete(socket));
  }

  #all(): WebSocket[] {
    return [...this.#ctx.getWebSockets(), ...this.#plain];
  }
}

function sendQuietly(socket: WebSocket, frame: string): void {
  try {
    socket.send(frame);
  } catch {
    // The client is gone; it resumes with the last sequence number that it saw.
  }
}

function closeQuietly(socket: WebSocket, code: number, reason?: string): void {
  try {
    socket.close(code, reason);
  } catch {
    // Already closed.
  }
}

function finish(socket: WebSocket, { seq, state }: StreamEnd): void {
  sendQuietly(socket, JSON.stringify({ type: "end", seq, state }));
  closeQuietly(socket, NORMAL_CLOSURE, "the run has ended");
}
