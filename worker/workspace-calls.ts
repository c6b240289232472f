/**
 * Asks and tells the objects of workspaces' calls of models as seldom as possible. An isolate may be given leave for some
 * calls ahead, and then asks nobody for a moment; what it has to tell is gathered for some milliseconds.
 * Invariants: leave is used within {@link AHEAD_MS} of when it was asked for, by calls that hold no money back. What is
 * still gathered here comes to the object before what is asked. A fault is told at once, and ends all leave of its key,
 * also what was asked for before it and is not answered yet.
 */
import type {
  AttemptEnd,
  BeginAnswer,
  BudgetLedgerRpc,
  CallAttempt,
  CallNews,
} from "../durable-objects/budget-ledger/rpc.ts";
import { AHEAD_MS } from "./domain/call-limits.ts";
import type { Clock } from "./domain/ports.ts";
import type { Logger } from "./log.ts";
import type { ExecutionRecord } from "./store/executions.ts";

/** What a kill of the isolate can take of what is gathered. The object writes it at once. */
export const GATHERED_MS = 50;
/** Of one message. Nothing is gathered beyond the one that reaches a bound. */
const GATHERED_MAX = 200;
const GATHERED_CHARS_MAX = 1_000_000;
/** An object that was reset, as a deploy does it, is there again at once; one that cannot be reached is for longer. */
const TOLD_AGAIN_AFTER_MS = [200, 1_000] as const;
export const TELL_TRIES = 1 + TOLD_AGAIN_AFTER_MS.length;
/** Whoever was to tell may have been stopped: then somebody else does. */
const STOPPED_AFTER_MS = 500;
/** Bounds the memory: the oldest are forgotten first. */
const LEAVES_MAX = 2_000;

interface Leave {
  left: number;
  readonly epoch: number;
  readonly until: number;
}

interface Gathered {
  readonly ends: AttemptEnd[];
  /** By the id of the call. */
  readonly records: Map<string, ExecutionRecord>;
  /** How often something was told. */
  tellings: number;
  chars: number;
  readonly since: number;
}

export interface WorkspaceCallsPorts {
  readonly clock: Clock;
  readonly ledger: (workspaceId: string) => BudgetLedgerRpc;
  /** Does what nobody waits for. */
  readonly afterwards: (work: Promise<unknown>) => void;
  readonly log: Pick<Logger, "warn">;
}

export class WorkspaceCalls {
  readonly #ports: WorkspaceCallsPorts;
  readonly #leaves = new Map<string, Leave>();
  readonly #gathered = new Map<string, Gathered>();
  /** That were told until now, by whatever key. */
  #faults = 0;

  constructor(ports: WorkspaceCallsPorts) {
    this.#ports = ports;
  }

  /** As {@link BudgetLedgerRpc.begin}. Rejects where the object cannot be asked. */
  async begin(workspaceId: string, attempt: CallAttempt, news: CallNews): Promise<BeginAnswer> {
    const epoch = attempt.boundMicros === null ? this.#takeLeave(workspaceId, attempt) : null;
    if (epoch !== null) {
      if (news.records.length > 0 || news.ends.length > 0) this.tell(workspaceId, news);
      return { type: "admitted", epoch, waitMs: 0 };
    }
    const askedAt = this.#ports.clock.now();
    const faultsBefore = this.#faults;
    const ledger = this.#ports.ledger(workspaceId);
    this.#send(workspaceId, ledger);
    const answer = await ledger.begin(attempt, news).catch((error: unknown) => {
      if (news.ends.length > 0) this.tell(workspaceId, { ends: news.ends, records: [] });
      throw error;
    });
    if (answer.type === "admitted" && answer.ahead && this.#faults === faultsBefore)
      this.#keepLeave(leaveKey(workspaceId, attempt), {
        left: answer.ahead,
        epoch: answer.epoch,
        until: askedAt + AHEAD_MS,
      });
    return answer;
  }

  /** Tells it soon. */
  tell(workspaceId: string, news: CallNews): void {
    const { clock, afterwards } = this.#ports;
    const now = clock.now();
    const known = this.#gathered.get(workspaceId);
    const gathered: Gathered = known ?? { ends: [], records: new Map(), tellings: 0, chars: 0, since: now };
    gathered.tellings++;
    gathered.ends.push(...news.ends);
    for (const record of news.records) {
      // That a call has begun need not be told with its end.
      if (record.isLive && gathered.records.has(record.id)) continue;
      gathered.records.set(record.id, record);
      gathered.chars += record.row.length + (record.texts?.length ?? 0);
    }
    this.#gathered.set(workspaceId, gathered);
    const fault = news.ends.find(({ verdict }) => verdict === "fault");
    if (fault) {
      this.#faults++;
      this.#leaves.delete(leaveKey(workspaceId, fault));
    }
    const isFull = gathered.tellings >= GATHERED_MAX || gathered.chars >= GATHERED_CHARS_MAX;
    if (fault || isFull || now - gathered.since > STOPPED_AFTER_MS) this.#send(workspaceId);
    else if (!known) afterwards(clock.sleep(GATHERED_MS).then(() => this.#sendIfStill(workspaceId, gathered)));
  }

  /** Resolves when the object has been told all that is gathered here, or cannot be. What is on its way it does not wait for. */
  async flush(workspaceId: string): Promise<void> {
    await this.#send(workspaceId);
  }

  /** The epoch that the call is reported under; null where the object must be asked. */
  #takeLeave(workspaceId: string, attempt: CallAttempt): number | null {
    const leave = this.#leaves.get(leaveKey(workspaceId, attempt));
    if (leave === undefined || leave.left === 0 || this.#ports.clock.now() >= leave.until) return null;
    leave.left--;
    return leave.epoch;
  }

  #keepLeave(key: string, leave: Leave): void {
    if (this.#leaves.size >= LEAVES_MAX) this.#leaves.delete(this.#leaves.keys().next().value!);
    this.#leaves.set(key, leave);
  }

  #sendIfStill(workspaceId: string, gathered: Gathered): Promise<void> | undefined {
    return this.#gathered.get(workspaceId) === gathered ? this.#send(workspaceId) : undefined;
  }

  #send(workspaceId: string, ledger = this.#ports.ledger(workspaceId)): Promise<void> {
    const gathered = this.#gathered.get(workspaceId);
    if (gathered === undefined) return Promise.resolve();
    this.#gathered.delete(workspaceId);
    const news = { ends: gathered.ends, records: [...gathered.records.values()] };
    const sent = this.#note(workspaceId, news, ledger);
    this.#ports.afterwards(sent);
    return sent;
  }

  /** What is told again changes nothing but a breaker's count. */
  async #note(workspaceId: string, news: CallNews, first: BudgetLedgerRpc): Promise<void> {
    const { clock, log } = this.#ports;
    let ledger = first;
    for (let failures = 0; ; failures++) {
      try {
        return await ledger.note(news);
      } catch (error) {
        const afterMs = TOLD_AGAIN_AFTER_MS[failures];
        if (afterMs === undefined) return log.warn("calls could not be written down", { workspaceId, error });
        await clock.sleep(afterMs);
        // A stub whose object was reset is of no use any more.
        ledger = this.#ports.ledger(workspaceId);
      }
    }
  }
}

function leaveKey(workspaceId: string, { address }: Pick<CallAttempt, "address">): string {
  return `${workspaceId} ${address.service} ${address.keyId}`;
}
