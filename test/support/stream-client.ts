/**
 * A client of a run's stream as the documentation asks for it, for tests and benchmarks in Node: it connects behind the
 * last event that it saw, acknowledges what it reads, comes back after every loss, and keeps a record of what it saw.
 * Invariant: an event that is not the next one is never taken in: it stops the client with a {@link StreamFault}.
 */
import WebSocket from "ws";
import { reconnectDelayMs } from "../../client/log/backoff.ts";

export interface StreamEvent {
  readonly seq: number;
  readonly at: string;
  readonly type: string;
  readonly step?: string;
  readonly stream?: string;
  readonly text?: string;
  readonly state?: string;
}

export interface StreamEnding {
  readonly seq: number;
  readonly state: string;
}

/** The stream broke its promise: an event was doubled, missing or out of order, or the end came too early. */
export class StreamFault extends Error {}

/** The server's word that coming back changes nothing. */
const POLICY_CLOSURE = 1008;

export interface StreamClientOptions {
  /** Scheme and host of the server, for example `http://127.0.0.1:8787`. */
  readonly url: string;
  readonly runId: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Where to begin: behind this event. */
  readonly after?: number;
  /** Whether it says how far it has read. */
  readonly acknowledges?: boolean;
  /** Before each connection after the first, in milliseconds; what the browser does when it is not given. */
  readonly delayMs?: (failures: number) => number;
  /** Called with each frame's events after they were taken in. */
  readonly onEvents?: (events: readonly StreamEvent[], client: StreamClient) => void;
}

export class StreamClient {
  readonly events: StreamEvent[] = [];
  /** Close code of each connection that has ended, 1006 for one that was cut. */
  readonly closures: number[] = [];
  /** Connections that were opened. */
  connections = 0;
  readonly #options: StreamClientOptions;
  readonly #done = Promise.withResolvers<StreamEnding>();
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #isOver = false;

  constructor(options: StreamClientOptions) {
    this.#options = options;
    // Whoever does not wait for the end is not told of a fault either: `assertGapless` is.
    this.#done.promise.catch(() => {});
    this.#connect();
  }

  /** Resolves with the run's end, when everything before it was seen; rejects with a {@link StreamFault}. */
  get ended(): Promise<StreamEnding> {
    return this.#done.promise;
  }

  get lastSeq(): number {
    return this.events.at(-1)?.seq ?? this.#options.after ?? 0;
  }

  /** Cuts the connection, as a lost network does. The client comes back by itself. */
  cut(): void {
    this.#socket?.terminate();
  }

  /** Leaves for good. */
  close(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#socket?.terminate();
  }

  /** All text of the output, in order. */
  text(): string {
    return this.events.map((event) => (event.type === "output" ? event.text : "")).join("");
  }

  #connect(): void {
    const { url, runId, headers } = this.#options;
    const address = `${url.replace(/^http/, "ws")}/api/runs/${runId}/stream?after=${this.lastSeq}`;
    const socket = new WebSocket(address, { headers });
    this.#socket = socket;
    this.connections++;
    socket.on("message", (data) => this.#receive(socket, JSON.parse(String(data))));
    // The close that follows says all that is needed.
    socket.on("error", () => {});
    socket.on("close", (code, reason) => this.#lost(socket, code, String(reason)));
  }

  #receive(socket: WebSocket, frame: { events: readonly StreamEvent[] } | ({ type: "end" } & StreamEnding)): void {
    // What was on its way when the connection was cut counts as lost.
    if (socket !== this.#socket || this.#isOver) return;
    this.#failures = 0;
    if ("type" in frame) return this.#end(frame);
    for (const event of frame.events) {
      if (event.seq !== this.lastSeq + 1) return this.#fail(`event ${event.seq} came behind ${this.lastSeq}`);
      this.events.push(event);
    }
    if (this.#options.acknowledges ?? true) socket.send(JSON.stringify({ ack: this.lastSeq }));
    this.#options.onEvents?.(frame.events, this);
  }

  #end({ seq, state }: StreamEnding): void {
    if (seq !== this.lastSeq) return this.#fail(`the end came behind ${this.lastSeq} and not behind ${seq}`);
    this.#isOver = true;
    this.#done.resolve({ seq, state });
  }

  #fail(problem: string): void {
    this.close();
    this.#done.reject(new StreamFault(`run ${this.#options.runId}: ${problem}`));
  }

  #lost(socket: WebSocket, code: number, reason: string): void {
    this.closures.push(code);
    if (socket !== this.#socket || this.#isOver) return;
    this.#socket = null;
    if (code === POLICY_CLOSURE) return this.#fail(`the server closed the stream: ${reason}`);
    this.#failures++;
    const delayMs = this.#options.delayMs ?? ((failures) => reconnectDelayMs(failures, Math.random()));
    this.#timer = setTimeout(() => this.#connect(), delayMs(this.#failures));
  }
}
