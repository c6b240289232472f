/**
 * One job of the workload and the clients around it: whoever submits it, repeats what got no answer, asks it to stop, and
 * those that watch it and lose their connection at random. Keeps what each of them was told.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { SeededRandom } from "../support/seeded-random.ts";
import { StreamClient, type StreamEvent } from "../support/stream-client.ts";
import type { Recovery } from "./recovery.ts";
import { holdRun, type Span } from "./steering.ts";
import type { Timeline } from "./timeline.ts";
import { codeOf, type Job } from "./workload.ts";

/** An answer that takes longer counts as lost. */
const ANSWER_TIMEOUT_MS = 30_000;
const REPEAT_AFTER_MS = 50;
/** Share of the frames after which a watcher loses its connection. */
const CUT_SHARE = 0.1;

export interface Surroundings {
  readonly url: string;
  readonly tokens: readonly string[];
  readonly timeline: Timeline;
  readonly recovery: Recovery;
}

/** The product answered what it must not answer. */
export class WrongAnswer extends Error {}

export class WatchedRun {
  readonly job: Job;
  /** Every run that was named in an answer to this job's requests. */
  readonly answered = new Set<string>();
  readonly clients: StreamClient[] = [];
  /** When the server had confirmed that it would be stopped. */
  cancelledAt: number | null = null;
  /** Since when and until when it was held, for sure. */
  held: Span | null = null;
  /** Connections that brought something after an earlier one was lost. */
  reconnects = 0;
  /** What its first watcher knows. */
  attempts = 0;
  linesOfAttempt = 0;
  hasEnded = false;
  readonly #around: Surroundings;
  readonly #random: SeededRandom;

  constructor(job: Job, random: SeededRandom, around: Surroundings) {
    this.job = job;
    this.#random = random;
    this.#around = around;
  }

  get name(): string {
    return `job ${this.job.index}`;
  }

  get runId(): string | null {
    return [...this.answered][0] ?? null;
  }

  /** Whether its watcher has seen a program begin that has not ended. */
  get isUnderWay(): boolean {
    return this.attempts > 0 && !this.hasEnded;
  }

  get headers(): Record<string, string> {
    return { authorization: `Bearer ${this.#around.tokens[this.job.person]}` };
  }

  /** Resolves when all its watchers have seen its end; at once for a job that nobody was answered about. */
  async live(): Promise<void> {
    await sleep(this.job.delayMs);
    if (!(await this.#submit())) return;
    for (let index = 0; index < this.job.watchers; index++) this.#watch(index);
    const all = Promise.all(this.clients.map((client) => client.ended));
    if (this.job.isRepeated) await this.#ask().catch(() => {});
    if (this.job.hold !== null) await this.#hold(this.job.hold);
    if (this.job.cancelAfterMs !== null) await this.#cancel(this.job.cancelAfterMs);
    await all;
  }

  /** Whether it was accepted, as far as anybody knows. */
  async #submit(): Promise<boolean> {
    for (;;) {
      const isAnswered = await this.#ask().catch((error: unknown) => {
        if (error instanceof WrongAnswer) throw error;
        return false;
      });
      if (isAnswered) return true;
      if (this.job.isAbandoned) return false;
      await sleep(REPEAT_AFTER_MS);
    }
  }

  /** Sends the request once. False when the server says that it cannot now. */
  async #ask(): Promise<boolean> {
    const { lane, priority, waitMaxMs, key } = this.job;
    const body = {
      ...{ language: "javascript", code: codeOf(this.job), priority },
      ...(lane === null ? {} : { lane }),
      ...(waitMaxMs === null ? {} : { waitMaxMs }),
    };
    const answering = this.#post("/api/execute", body, { prefer: "respond-async", "idempotency-key": key });
    this.#around.timeline.saw("asked", this.name);
    const answer = await answering;
    if (answer.status >= 500) return false;
    if (answer.status !== 202) throw new WrongAnswer(`${this.name}: ${answer.status} ${await answer.text()}`);
    const { runId } = (await answer.json()) as { runId: string };
    this.answered.add(runId);
    this.#around.timeline.saw("accepted", this.name);
    return true;
  }

  async #hold({ afterMs, forMs }: { readonly afterMs: number; readonly forMs: number }): Promise<void> {
    await sleep(afterMs);
    this.held = await holdRun({ url: this.#around.url, headers: this.headers }, this.runId!, forMs);
    if (this.held) this.#around.timeline.note(`${this.name}: was held`);
  }

  async #cancel(afterMs: number): Promise<void> {
    await sleep(afterMs);
    while (!this.hasEnded) {
      const answer = await this.#post(`/api/runs/${this.runId}/cancel`, {}, {}).catch(() => null);
      if (answer?.status === 202) {
        this.cancelledAt = Date.now();
        this.#around.timeline.saw("cancelled", this.name);
      }
      if (answer?.status === 202 || answer?.status === 409) return;
      await sleep(REPEAT_AFTER_MS);
    }
  }

  #post(path: string, body: object, headers: Record<string, string>): Promise<Response> {
    return fetch(this.#around.url + path, {
      method: "POST",
      headers: { ...this.headers, "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
  }

  #watch(index: number): void {
    const random = this.#random.fork(index + 1);
    let connection = 1;
    const client = new StreamClient({
      ...{ url: this.#around.url, runId: this.runId!, headers: this.headers, acknowledges: index === 0 },
      delayMs: () => random.integer(5, 100),
      onEvents: (events, self) => {
        if (self.connections > connection) this.reconnects++;
        connection = self.connections;
        if (index === 0) for (const event of events) this.#learn(event);
        if (random.chance(CUT_SHARE)) self.cut();
      },
    });
    if (index === 0) client.ended.then(() => this.#end()).catch(() => {});
    this.clients.push(client);
  }

  #learn({ type, step, stream, state, at }: StreamEvent): void {
    const { timeline, recovery } = this.#around;
    if (type === "state" && state === "running") timeline.saw("claimed", this.name);
    if (type === "step-start" && step === "execute") {
      this.attempts++;
      this.linesOfAttempt = 0;
    }
    if (type !== "output" || stream !== "stdout") return;
    recovery.sawLine(this, Date.parse(at));
    this.linesOfAttempt++;
    timeline.saw("line", this.name);
    if (this.linesOfAttempt === 1) timeline.saw(this.attempts > 1 ? "resumed" : "first-line", this.name);
  }

  #end(): void {
    this.hasEnded = true;
    this.#around.recovery.ended(this);
    this.#around.timeline.saw("ended", this.name);
  }
}
