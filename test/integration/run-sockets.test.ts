/** The sockets of a run on a clock of the test's own: every way in which a client may read, stop, leave and come back. */
import { runInDurableObject } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Env } from "../../durable-objects/env.ts";
import { CHUNK_BYTES, outputEvents } from "../../durable-objects/run-executor/event-chunks.ts";
import { OutputLog } from "../../durable-objects/run-executor/output-log.ts";
import { STALLED_MS, TRUSTED_PACE_MS } from "../../durable-objects/run-executor/send-window.ts";
import { BEHIND_CLOSURE, RunSockets } from "../../durable-objects/run-executor/sockets.ts";
import type { Clock } from "../../worker/domain/ports.ts";
import { freshDatabase } from "../support/workerd.ts";

const { RUN_EXECUTOR } = bindings as unknown as Env;

/** Time passes when the test says so. */
class HandClock implements Clock {
  #now = 0;
  #sleepers: { dueAt: number; wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.#sleepers.push({ dueAt: this.#now + ms, wake }));
  }

  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    while (this.#now < until) {
      this.#now = Math.min(until, this.#now + TRUSTED_PACE_MS);
      const due = this.#sleepers.filter(({ dueAt }) => dueAt <= this.#now);
      this.#sleepers = this.#sleepers.filter(({ dueAt }) => dueAt > this.#now);
      for (const { wake } of due) wake();
      await settled();
    }
  }
}

/** Messages between the two ends of a pair take some turns of the event loop. */
const settled = async () => {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
};

interface Run {
  readonly log: OutputLog;
  readonly sockets: RunSockets;
  readonly clock: HandClock;
  write(lines: number, width?: number): void;
  end(): void;
}

function runOf(sql: SqlStorage): Run {
  // The tests share an object.
  sql.exec("DROP TABLE IF EXISTS event_chunks");
  const log = new OutputLog(sql);
  const clock = new HandClock();
  const ctx = { getWebSockets: () => [] } as unknown as DurableObjectState;
  const sockets = new RunSockets({
    ...{ ctx, log, clock, isAwake: () => true },
    standing: async (credentials) => new Set(credentials),
    onFault: (error) => expect.unreachable(String(error)),
  });
  const write = (lines: number, width = 20) => {
    const text = Array.from({ length: lines }, (_, index) => `${log.lastSeq + 1 + index} ${"x".repeat(width)}\n`);
    sockets.publish(log.append(outputEvents("execute", "stdout", text.join("")), clock.now()));
  };
  return { log, sockets, clock, write, end: () => sockets.end({ seq: log.lastSeq, state: "succeeded" }) };
}

type Habit = "at-once" | "now-and-then" | "never" | "stops";

/** A client as the documentation asks for it: notes what it saw, and comes back behind it. */
class Client {
  readonly seen: number[] = [];
  readonly closures: number[] = [];
  isDone = false;
  readonly #run: Run;
  readonly #habit: Habit;
  readonly #random: () => number;
  #socket: WebSocket | null = null;

  constructor(run: Run, habit: Habit, random: () => number) {
    this.#run = run;
    this.#habit = habit;
    this.#random = random;
  }

  get isOpen(): boolean {
    return this.#socket !== null;
  }

  connect(end: { seq: number; state: "succeeded" } | null = null): void {
    const after = this.seen.at(-1) ?? 0;
    const socket = this.#run.sockets.accept({ after, credential: "token:t", end, hibernates: false });
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => this.#receive(socket, JSON.parse(data as string)));
    socket.addEventListener("close", ({ code }) => {
      if (this.#socket !== socket) return;
      this.closures.push(code);
      this.#socket = null;
    });
    socket.accept();
  }

  leave(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
  }

  #receive(socket: WebSocket, frame: { type?: string; events?: { seq: number }[] }): void {
    // What is still on its way to a client that has left is lost.
    if (socket !== this.#socket) return;
    if (frame.type === "end") this.isDone = true;
    for (const { seq } of frame.events ?? []) this.seen.push(seq);
    const isTold = this.#habit === "at-once" || (this.#habit === "now-and-then" && this.#random() < 0.4);
    const isFirst = this.#habit === "stops" && this.seen.length > 0 && this.seen.length < 50;
    if (isTold || isFirst) socket.send(JSON.stringify({ ack: this.seen.at(-1) ?? 0 }));
  }

  expectEverything(): void {
    expect(this.seen).toEqual(Array.from({ length: this.#run.log.lastSeq }, (_, index) => index + 1));
  }
}

function randomOf(seed: number): () => number {
  let state = seed * 2_654_435_761 + 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const withRun = (test: (run: Run) => Promise<void>) =>
  runInDurableObject(RUN_EXECUTOR.get(RUN_EXECUTOR.idFromName("sockets")) as never, (_: unknown, state) =>
    test(runOf(state.storage.sql)),
  );

beforeEach(freshDatabase);

describe("the sockets of a run", () => {
  it("close a client that has stopped to acknowledge, and it catches up when it comes back", () =>
    withRun(async (run) => {
      const client = new Client(run, "stops", () => 0);
      const other = new Client(run, "at-once", () => 0);
      run.write(20);
      for (const each of [client, other]) each.connect();
      await settled();
      for (let turn = 0; turn < 100; turn++) {
        run.write(10, 5_000);
        await settled();
      }
      expect(client.seen.length).toBeLessThan(400);
      other.expectEverything();
      await run.clock.pass(STALLED_MS + 2 * TRUSTED_PACE_MS);
      expect(client.closures).toEqual([BEHIND_CLOSURE]);
      expect(other.isOpen).toBe(true);
      run.end();
      while (!client.isDone) {
        if (!client.isOpen) client.connect({ seq: run.log.lastSeq, state: "succeeded" });
        await run.clock.pass(TRUSTED_PACE_MS);
      }
      client.expectEverything();
      expect(other.closures).toEqual([1000]);
    }));

  it("part with a client that never acknowledges when it has had its trust, and not sooner", () =>
    withRun(async (run) => {
      const client = new Client(run, "never", () => 0);
      client.connect();
      for (let turn = 0; turn < 250; turn++) {
        run.write(2, 39_000);
        if (turn % 10 === 0) await run.clock.pass(TRUSTED_PACE_MS);
      }
      await run.clock.pass(2_000);
      expect(client.closures).toEqual([BEHIND_CLOSURE]);
      expect(client.seen.length * 39_000).toBeGreaterThan(15 * 2 ** 20);
      client.connect();
      await run.clock.pass(2_000);
      expect(client.isOpen).toBe(true);
      client.expectEverything();
    }));

  it("have a bounded number of events to send, whatever a program makes of its output limit", () =>
    withRun(async ({ log }) => {
      for (let turn = 0; turn < 30; turn++) log.append(log.outputEvents("execute", "stdout", "\n".repeat(20_000)), 0);
      expect(log.lastSeq).toBeLessThan(220_000);
      const chunks = [...log.chunksAfter(0)];
      expect(Math.max(...chunks.map((chunk) => chunk.bytes))).toBeLessThanOrEqual(CHUNK_BYTES);
      expect(chunks.length).toBeLessThan(150);
      expect((await new Response(log.text()).text()).length).toBe(600_000);
    }));

  it.each(Array.from({ length: 5 }, (_, seed) => seed))(
    "give each line once and in order to clients that come and go, seed %i",
    (seed) =>
      withRun(async (run) => {
        const random = randomOf(seed);
        const habits: Habit[] = ["at-once", "now-and-then", "never", "stops"];
        const clients = habits.flatMap((habit) => [new Client(run, habit, random), new Client(run, habit, random)]);
        for (let turn = 0; turn < 60; turn++) {
          run.write(1 + Math.floor(random() * 300), Math.floor(random() ** 4 * 2_000));
          if (random() < 0.3) await run.clock.pass(Math.floor(random() * 2_000));
          if (random() < 0.7) await settled();
          for (const client of clients) {
            if (!client.isOpen && random() < 0.3) client.connect();
            else if (random() < 0.1) client.leave();
          }
        }
        run.end();
        const end = { seq: run.log.lastSeq, state: "succeeded" as const };
        while (clients.some((client) => !client.isDone)) {
          for (const client of clients) if (!client.isOpen && !client.isDone) client.connect(end);
          await run.clock.pass(STALLED_MS / 10);
        }
        for (const client of clients) client.expectEverything();
      }),
  );
});
