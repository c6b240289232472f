/**
 * Isolates of the Worker in a simulated world: each makes calls of models as requests of the product do, by way of its own
 * {@link WorkspaceCalls}. With an isolate go its requests and what it has gathered.
 */
import type {
  AttemptEnd,
  BeginAnswer,
  BudgetLedgerRpc,
  CallAttempt,
  CallNews,
  CircuitAddress,
} from "../../durable-objects/budget-ledger/rpc.ts";
import { CallSheet } from "../../worker/actions/call-sheet.ts";
import type { BudgetSubject } from "../../worker/domain/budget-state.ts";
import { type ExecutionRecord, executionRecord } from "../../worker/store/executions.ts";
import { GATHERED_MS, TELL_TRIES, WorkspaceCalls } from "../../worker/workspace-calls.ts";
import type { BookedAttempt, LeaveBook } from "./leave-book.ts";
import { LEDGER, WORKSPACE } from "./leave-product.ts";
import type { Caller, ObjectHost, Stub } from "./object-host.ts";
import type { World } from "./world.ts";

/** What is to become of one call. */
export interface CallPlan {
  readonly id: string;
  readonly address: CircuitAddress;
  readonly subjects: readonly BudgetSubject[];
  /** Null for a model without a known price. */
  readonly boundMicros: number | null;
  readonly attempts: number;
  readonly lastsMs: number;
}

/** What is true of a call, whatever is recorded of it. */
export interface MadeCall {
  readonly plan: CallPlan;
  readonly isolate: Isolate;
  /** Null until it has ended. */
  outcome: "whole" | "failed" | null;
  /** Whether it leaves a record: what a budget refused was not made. */
  isKept: boolean;
}

export interface IsolateParts {
  readonly world: World;
  readonly host: ObjectHost;
  readonly book: LeaveBook;
  /** Whether a provider fails those who ask by this key. */
  readonly fails: (keyId: string) => boolean;
}

/** How often the platform stops the request that was to tell what is gathered. */
const STOPPED_SHARE = 0.02;
const FAULT_SHARE = 0.02;
const REFUSED_SHARE = 0.15;
const NEVER = new Promise<never>(() => {});

export class Isolate {
  readonly caller: Caller & { isGone: boolean };
  readonly calls: WorkspaceCalls;
  readonly made: MadeCall[] = [];
  /** Notes that failed, and those of them that were given up. */
  failedNotes = 0;
  givenUp = 0;
  readonly #parts: IsolateParts;
  readonly #asked = new Set<string>();

  constructor(name: string, parts: IsolateParts) {
    this.caller = { name, isGone: false, waits: 0, calls: 0 };
    this.#parts = parts;
    this.calls = new WorkspaceCalls({
      clock: { now: () => parts.world.wallMs, sleep: (ms) => this.#sleep(ms) },
      ledger: () => this.stub(),
      afterwards: () => {},
      log: { warn: () => this.#gaveUp() },
    });
  }

  get name(): string {
    return this.caller.name;
  }

  /** What it holds in memory is gone. What it has sent is on its way. */
  crash(): void {
    this.#parts.world.note(() => `-- ${this.name} is gone`);
    this.caller.isGone = true;
  }

  async make(plan: CallPlan): Promise<void> {
    const made: MadeCall = { plan, isolate: this, outcome: null, isKept: true };
    this.made.push(made);
    const sheet = new CallSheet({
      begin: (attempt, news) => this.#begin(attempt, news),
      tell: (news) => this.#tell(news),
    });
    const startedAt = this.#parts.world.wallMs;
    sheet.began(this.#record(plan, "live", startedAt));
    let wasRefused = false;
    let wasMade = false;
    let outcome: "whole" | "failed" = "failed";
    for (let number = 1; number <= plan.attempts && outcome === "failed" && !wasRefused; number++) {
      const booked = this.#parts.book.begins({ ...plan, id: `${plan.id}_${number}` });
      const answer = await sheet.begin(booked.attempt, null).catch(() => null);
      wasRefused = answer?.type === "over-budget";
      if (answer?.type !== "admitted") break;
      wasMade = true;
      await this.later(answer.waitMs, `${booked.attempt.id} waits`);
      const end = await this.#ask(booked, answer.epoch, plan.lastsMs);
      booked.end = end;
      // What a provider refuses is no fault of its own, and the next key is asked.
      const isRefused = this.#parts.world.fate.chance("refused", REFUSED_SHARE);
      if (end.verdict === "ok" && !isRefused) outcome = "whole";
      sheet.attemptEnded(end);
    }
    made.outcome = outcome;
    made.isKept = wasMade || !wasRefused;
    sheet.ended(this.#record(plan, outcome, startedAt), wasRefused);
  }

  /** A new one for each who asks: what one request holds no other may use. */
  stub(): BudgetLedgerRpc {
    const { host, book } = this.#parts;
    const order: Stub = { lastAt: 0 };
    const call = (method: string, args: readonly unknown[]) => host.call(this.caller, LEDGER, method, args, order);
    return {
      begin: async (attempt: CallAttempt, news: CallNews) => {
        this.#asked.add(attempt.id);
        const hear = book.asked(this.name, attempt);
        const answer = (await this.#failing(call("begin", [attempt, news]), [news])) as BeginAnswer;
        hear(answer);
        return answer;
      },
      note: async (...news: CallNews[]) => {
        await this.#failing(call("note", news), news).catch((error) => {
          this.failedNotes += 1;
          throw error;
        });
      },
    } as BudgetLedgerRpc;
  }

  later(ms: number, label: string): Promise<void> {
    return new Promise((resolve) => {
      const run = () => (this.caller.isGone ? undefined : resolve());
      this.#parts.world.schedule(ms, { target: this.name, kind: "timer", label: `${this.name}: ${label}`, run });
    });
  }

  #sleep(ms: number): Promise<void> {
    const isStopped =
      ms <= GATHERED_MS && this.#parts.world.fate.fault(`stop a request of ${this.name}`, STOPPED_SHARE);
    return isStopped ? NEVER : this.later(ms, `slept ${ms} ms`);
  }

  #begin(attempt: CallAttempt, news: CallNews): Promise<BeginAnswer> {
    const answer = this.calls.begin(WORKSPACE, attempt, news);
    // Whoever needs to ask has asked by now.
    if (this.#asked.has(attempt.id)) return answer;
    return answer.then((given) => {
      if (given.type === "admitted") this.#parts.book.usedLeave(this.name, attempt, given.epoch);
      return given;
    });
  }

  #tell(news: CallNews): void {
    for (const end of news.ends) if (end.verdict === "fault") this.#parts.book.faulted(this.name, end);
    this.calls.tell(WORKSPACE, news);
  }

  /** Asks the provider. */
  async #ask(booked: BookedAttempt, epoch: number, lastsMs: number): Promise<AttemptEnd> {
    const { fate } = this.#parts.world;
    const { id, address, boundMicros } = booked.attempt;
    const costMicros = boundMicros === null ? null : fate.between("cost", 0, boundMicros);
    await this.later(lastsMs, `${id} is answered`);
    if (costMicros !== null) this.#parts.book.charged(booked, costMicros);
    const isFault = this.#parts.fails(address.keyId) || fate.fault(`${address.keyId} fails`, FAULT_SHARE);
    const isUnknown = fate.chance("unknown cost", 0.05);
    return {
      ...{ id, address, epoch, verdict: isFault ? "fault" : "ok", isHeld: boundMicros !== null },
      costMicros: isUnknown ? null : costMicros,
    };
  }

  #failing<T>(call: Promise<T>, news: readonly CallNews[]): Promise<T> {
    return call.catch((error: unknown) => {
      for (const { ends } of news) this.#parts.book.failed(ends);
      throw error;
    });
  }

  #gaveUp(): void {
    this.givenUp += 1;
    if (this.failedNotes < this.givenUp * TELL_TRIES)
      this.#parts.world.violate(`${this.name} gave up what it had to tell after fewer than ${TELL_TRIES} tries`);
  }

  #record({ id, address }: CallPlan, outcome: "live" | "whole" | "failed", startedAt: number): ExecutionRecord {
    const { wallMs } = this.#parts.world;
    const isLive = outcome === "live";
    return executionRecord(
      {
        ...{ id, workspaceId: WORKSPACE, source: "generate", sourceId: "user_1", model: "model_1", outcome, startedAt },
        ...{ provider: address.service as "openai", reason: outcome === "failed" ? "overloaded" : null, message: null },
        ...{ status: null, endedAt: isLive ? null : wallMs, latencyMs: isLive ? null : wallMs - startedAt },
        ...{ firstTokenMs: null, waitedMs: 0, inputTokens: null, outputTokens: null, thinkingTokens: null },
        ...{ cacheReadTokens: null, cacheWriteTokens: null, isEstimated: false, costMicros: null, price: null },
        ...{ retries: [], fallbacks: [] },
      },
      null,
    );
  }
}
