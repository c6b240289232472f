/**
 * The socket of one run's log: connects behind a sequence number, hands over whole frames, acknowledges, and comes back
 * by itself after a loss. Knows nothing of lines or elements. The server sends a bounded amount beyond what was
 * acknowledged, and closes a client that lets it lie: then this comes back behind the last event, as after any loss.
 *
 * Invariant: a frame is handed over once in the order of its sequence numbers, since each connection asks for what lies
 * behind the last acknowledged one; the receiver drops what it knows already.
 */
import type { RunEvent, TerminalState } from "../../worker/domain/run.ts";
import { reconnectDelayMs } from "./backoff.ts";

export type StreamStatus = "connecting" | "live" | "reconnecting" | "ended" | "denied";

/** The server's word that the session is over: coming back would change nothing (RFC 6455, 7.4.1). */
const POLICY_CLOSURE = 1008;

export interface LogStreamHandlers {
  readonly onEvents: (events: readonly RunEvent[]) => void;
  readonly onEnd: (seq: number, state: TerminalState) => void;
  readonly onStatus: (status: StreamStatus) => void;
  /** Last sequence number that was taken in: where the next connection begins. */
  readonly lastSeq: () => number;
}

type Frame = { events: RunEvent[] } | { type: "end"; seq: number; state: TerminalState };

export class LogStream {
  readonly #runId: string;
  readonly #handlers: LogStreamHandlers;
  #socket: WebSocket | null = null;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(runId: string, handlers: LogStreamHandlers) {
    this.#runId = runId;
    this.#handlers = handlers;
  }

  open(): void {
    if (this.#isClosed) return;
    this.#handlers.onStatus(this.#failures === 0 ? "connecting" : "reconnecting");
    const origin = location.origin.replace(/^http/, "ws");
    const path = `/api/runs/${encodeURIComponent(this.#runId)}/stream?after=${this.#handlers.lastSeq()}`;
    const socket = new WebSocket(origin + path);
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => this.#receive(socket, String(data)));
    socket.addEventListener("close", ({ code }) => this.#lost(socket, code));
  }

  acknowledge(seq: number): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ ack: seq }));
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#socket?.close(1000);
    this.#socket = null;
  }

  #receive(socket: WebSocket, data: string): void {
    if (socket !== this.#socket) return;
    const frame = parseFrame(data);
    if (frame === null) return;
    if (this.#failures > 0 || "events" in frame) this.#handlers.onStatus("live");
    this.#failures = 0;
    if ("events" in frame) this.#handlers.onEvents(frame.events);
    else {
      this.#isClosed = true;
      this.#handlers.onEnd(frame.seq, frame.state);
    }
  }

  #lost(socket: WebSocket, code: number): void {
    if (socket !== this.#socket || this.#isClosed) return;
    this.#socket = null;
    if (code === POLICY_CLOSURE) {
      this.#isClosed = true;
      return this.#handlers.onStatus("denied");
    }
    this.#failures++;
    this.#handlers.onStatus("reconnecting");
    this.#timer = setTimeout(() => this.open(), reconnectDelayMs(this.#failures, Math.random()));
  }
}

/** A frame of a later version, or a broken one, is skipped rather than ending the log. */
function parseFrame(data: string): Frame | null {
  try {
    const frame = JSON.parse(data);
    return Array.isArray(frame?.events) || frame?.type === "end" ? frame : null;
  } catch {
    return null;
  }
}
