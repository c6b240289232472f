/**
 * The clients that watch a run: who they are, how far each has got, and when one has to go.
 *
 * Each client has a place in the stream. Live events go to those that have everything before them; whoever is behind is
 * fed from storage, a window at a time, as it acknowledges (send-window.ts). So there is no burst, and nothing to
 * reconcile between what is stored and what is live.
 * Invariant: what a client is sent next is what stands behind its place, and its place moves with the sending, without an
 * await between the two. So each event reaches it once and in order.
 *
 * A run that waits in its lane may wait for hours: its sockets hibernate, so that the object can be evicted, and their
 * places are kept with them. A run that runs keeps its object in memory anyway, and an ended one closes as soon as it has
 * told everything: theirs are plain sockets, because the runtime holds the connection of a hibernating socket for ten more
 * seconds after both sides have closed it.
 */
import type { Clock } from "../../worker/domain/ports.ts";
import type { Credential } from "../../worker/domain/principal.ts";
import type { RunStateName } from "../../worker/domain/run.ts";
import type { EventChunk } from "./event-chunks.ts";
import type { OutputLog } from "./output-log.ts";
import { SendWindow, type Standing, TRUSTED_PACE_MS } from "./send-window.ts";

/** Clients that may watch one run at the same time. */
export const SOCKETS_MAX = 200;

/**
 * How often the credentials of those who watch are looked up again. With the lookup itself, whoever signs out or loses
 * a token is gone within 5 s.
 */
export const RECHECK_MS = 3_500;

const NORMAL_CLOSURE = 1000;
/** RFC 6455, 7.4.1: the endpoint has violated a policy. */
const POLICY_CLOSURE = 1008;
/** Ours, from the range for applications: come back with the last sequence number that was seen. */
export const BEHIND_CLOSURE = 4008;

const REASONS: Readonly<Record<Exclude<Standing, "fine">, string>> = {
  stalled: "nothing was acknowledged for too long; connect again behind the last event that was seen",
  "beyond-trust": 'send {"ack":seq} to be sent more; connect again behind the last event that was seen',
};
const REVOKED = "the session or the token that opened this stream is no longer valid";

/** No acknowledgement is longer; anything else is not read. */
const MESSAGE_CHARS = 100;

export interface StreamEnd {
  readonly seq: number;
  readonly state: RunStateName;
}

export interface StreamRequest {
  /** The client has seen everything up to this sequence number. */
  readonly after: number;
  /** What proved that the client may watch. */
  readonly credential: Credential;
  /** Set when the run has ended. */
  readonly end: StreamEnd | null;
  /** Whether the run may wait for long. */
  readonly hibernates: boolean;
}

export interface SocketParts {
  readonly ctx: DurableObjectState;
  readonly log: OutputLog;
  readonly clock: Clock;
  /** Of these credentials, those that still let somebody watch. */
  readonly standing: (credentials: readonly Credential[]) => Promise<ReadonlySet<Credential>>;
  /** Credentials could not be looked up. */
  readonly onFault: (error: unknown) => void;
  /** Whether the object stays in memory by itself. */
  readonly isAwake: () => boolean;
}

interface Watcher {
  readonly socket: WebSocket;
  readonly credential: Credential;
  readonly window: SendWindow;
  readonly hibernates: boolean;
}

/** What is kept with a socket while the object is not in memory. */
interface Place {
  readonly credential: Credential;
  readonly sentSeq: number;
  readonly acknowledges: boolean;
}

export class RunSockets {
  readonly #parts: SocketParts;
  readonly #watchers = new Map<WebSocket, Watcher>();
  #end: StreamEnd | null = null;
  #isPacing = false;
  #isRechecking = false;

  constructor(parts: SocketParts) {
    this.#parts = parts;
    for (const socket of parts.ctx.getWebSockets()) {
      const { credential, sentSeq, acknowledges }: Place = socket.deserializeAttachment();
      this.#add({ socket, credential, window: new SendWindow(sentSeq, acknowledges), hibernates: true });
    }
  }

  isFull(): boolean {
    return this.#watchers.size >= SOCKETS_MAX;
  }

  /** Whether somebody watches whose object may be evicted: then it has to be woken for {@link RunSockets.recheck}. */
  get hibernate(): boolean {
    return [...this.#watchers.values()].some((watcher) => watcher.hibernates);
  }

  /** Accepts a client and begins to send it what lies behind `after`; when it has everything of an ended run, the end. */
  accept({ after, credential, end, hibernates }: StreamRequest): WebSocket {
    const { 0: client, 1: socket } = new WebSocketPair();
    if (hibernates) this.#parts.ctx.acceptWebSocket(socket);
    else this.#acceptPlain(socket);
    this.#end ??= end;
    const watcher = { socket, credential, window: new SendWindow(after), hibernates };
    this.#add(watcher);
    this.#feed(watcher);
    this.#recheckFromNowOn();
    return client;
  }

  /** Chunks that were just stored, in order. */
  publish(chunks: readonly EventChunk[]): void {
    if (chunks.length === 0 || this.#watchers.size === 0) return;
    for (const watcher of this.#watchers.values()) {
      for (const chunk of chunks) {
        if (watcher.window.sentSeq === chunk.firstSeq - 1 && watcher.window.hasRoom) this.#send(watcher, chunk);
      }
    }
    this.#paceFromNowOn();
    this.#recheckFromNowOn();
  }

  /** The run has ended: whoever has everything is told, the others when they have. */
  end(end: StreamEnd): void {
    this.#end = end;
    for (const watcher of this.#watchers.values()) this.#finishIfDone(watcher);
  }

  /** `{"ack":seq}`; anything else is ignored. */
  message(socket: WebSocket, data: string | ArrayBuffer): void {
    const watcher = this.#watchers.get(socket);
    const seq = acknowledgedSeq(data);
    if (!watcher || seq === null) return;
    watcher.window.acknowledge(seq, this.#parts.clock.now());
    this.#keepPlace(watcher);
    this.#feed(watcher);
  }

  /** Answers a client's close, or it would wait for one. 1005 and 1006 may not be sent. */
  closed(socket: WebSocket, code: number): void {
    this.#watchers.delete(socket);
    closeQuietly(socket, code === 1005 || code === 1006 ? NORMAL_CLOSURE : code);
  }

  /** Closes the clients whose session or token has ended. Never throws: who cannot be looked up stays until it works. */
  async recheck(): Promise<void> {
    const watchers = [...this.#watchers.values()];
    if (watchers.length === 0) return;
    try {
      const standing = await this.#parts.standing([...new Set(watchers.map(({ credential }) => credential))]);
      for (const watcher of watchers) {
        if (!standing.has(watcher.credential)) this.#close(watcher, POLICY_CLOSURE, REVOKED);
      }
    } catch (error) {
      this.#parts.onFault(error);
    }
  }

  #acceptPlain(socket: WebSocket): void {
    socket.accept();
    socket.addEventListener("message", ({ data }) => this.message(socket, data));
    socket.addEventListener("close", ({ code }) => this.closed(socket, code));
    socket.addEventListener("error", () => void this.#watchers.delete(socket));
  }

  #add(watcher: Watcher): void {
    this.#watchers.set(watcher.socket, watcher);
    this.#keepPlace(watcher);
  }

  #keepPlace({ hibernates, socket, credential, window }: Watcher): void {
    if (!hibernates) return;
    const { sentSeq, acknowledges } = window;
    socket.serializeAttachment({ credential, sentSeq, acknowledges } satisfies Place);
  }

  /** Sends from storage what the window has room for. */
  #feed(watcher: Watcher): void {
    if (this.#isBehind(watcher) && watcher.window.hasRoom) {
      for (const chunk of this.#parts.log.chunksAfter(watcher.window.sentSeq)) {
        this.#send(watcher, chunk);
        if (!watcher.window.hasRoom) break;
      }
    }
    this.#finishIfDone(watcher);
    this.#paceFromNowOn();
  }

  #send(watcher: Watcher, chunk: EventChunk): void {
    watcher.window.sent(chunk, this.#parts.clock.now());
    sendQuietly(watcher.socket, `{"events":${chunk.json}}`);
    this.#keepPlace(watcher);
  }

  #isBehind({ window }: Watcher): boolean {
    return window.sentSeq < this.#parts.log.lastSeq;
  }

  #finishIfDone(watcher: Watcher): void {
    if (!this.#end || this.#isBehind(watcher)) return;
    sendQuietly(watcher.socket, JSON.stringify({ type: "end", ...this.#end }));
    this.#close(watcher, NORMAL_CLOSURE, "the run has ended");
  }

  #close(watcher: Watcher, code: number, reason: string): void {
    this.#watchers.delete(watcher.socket);
    closeQuietly(watcher.socket, code, reason);
  }

  /** While somebody is behind: feeds those who never acknowledge, and parts with those who are stuck. */
  #paceFromNowOn(): void {
    if (this.#isPacing || !this.#someoneIsBehind()) return;
    this.#isPacing = true;
    void this.#pace();
  }

  async #pace(): Promise<void> {
    while (this.#someoneIsBehind()) {
      await this.#parts.clock.sleep(TRUSTED_PACE_MS);
      for (const watcher of [...this.#watchers.values()].filter((each) => this.#isBehind(each))) {
        watcher.window.trust();
        const standing = watcher.window.standing(this.#parts.clock.now());
        if (standing === "fine") this.#feed(watcher);
        else this.#close(watcher, BEHIND_CLOSURE, REASONS[standing]);
      }
    }
    this.#isPacing = false;
  }

  #someoneIsBehind(): boolean {
    return [...this.#watchers.values()].some((watcher) => this.#isBehind(watcher));
  }

  /** While the object is in memory for them. Otherwise it is its alarm that asks for {@link RunSockets.recheck}. */
  #recheckFromNowOn(): void {
    if (this.#isRechecking || !this.#mustRecheck()) return;
    this.#isRechecking = true;
    void this.#rechecks();
  }

  async #rechecks(): Promise<void> {
    while (this.#mustRecheck()) {
      await this.#parts.clock.sleep(RECHECK_MS);
      await this.recheck();
    }
    this.#isRechecking = false;
  }

  #mustRecheck(): boolean {
    const watchers = [...this.#watchers.values()];
    return watchers.some(({ hibernates }) => !hibernates) || (watchers.length > 0 && this.#parts.isAwake());
  }
}

function acknowledgedSeq(data: string | ArrayBuffer): number | null {
  if (typeof data !== "string" || data.length > MESSAGE_CHARS) return null;
  try {
    const { ack } = JSON.parse(data);
    return Number.isSafeInteger(ack) && ack >= 0 ? ack : null;
  } catch {
    return null;
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
