/**
 * Asks and tells the objects of workspaces' calls of models as seldom as possible. An isolate may be given leave for some
 * calls ahead, and then asks nobody for a moment; what it has to tell is gathered for some milliseconds.
 * Invariants: leave is used within {@link AHEAD_MS} of when it was asked for, by calls that hold no money back. Whatever
 * is asked after something was told comes to the object behind it. A fault is told at once, and ends all leave of its key.
 */
import type { BeginAnswer, BudgetLedgerRpc, CallAttempt, CallNews } from "../durable-objects/budget-ledger/rpc.ts";
import { AHEAD_MS } from "./domain/call-limits.ts";
import type { Clock } from "./domain/ports.ts";
import type { Logger } from "./log.ts";

/** What a kill can take of what is gathered. The object writes it at once. */
const GATHERED_MS = 50;
/** Of one message. Nothing is gathered beyond the one that reaches a bound. */
const GATHERED_MAX = 200;
const GATHERED_CHARS_MAX = 1_000_000;
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
  readonly news: CallNews[];
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

  constructor(ports: WorkspaceCallsPorts) {
    this.#ports = ports;
  }

  /** As {@link BudgetLedgerRpc.begin}. Rejects where the object cannot be asked. */
  async begin(workspaceId: string, attempt: CallAttempt, news: CallNews): Promise<BeginAnswer> {
    const epoch = attempt.boundMicros === null ? this.#takeLeave(workspaceId, attempt) : null;
    if (epoch !== null) {
      if (news.record || news.ends.length > 0) this.tell(workspaceId, news);
      return { type: "admitted", epoch, waitMs: 0 };
    }
    const askedAt = this.#ports.clock.now();
    const ledger = this.#ports.ledger(workspaceId);
    this.#send(workspaceId, ledger);
    const answer = await ledger.begin(attempt, news);
    if (answer.type === "admitted" && answer.ahead)
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
    const gathered = known ?? { news: [], chars: 0, since: now };
    gathered.news.push(news);
    gathered.chars += (news.record?.row.length ?? 0) + (news.record?.texts?.length ?? 0);
    this.#gathered.set(workspaceId, gathered);
    const fault = news.ends.find(({ verdict }) => verdict === "fault");
    if (fault) this.#leaves.delete(leaveKey(workspaceId, fault));
    const isFull = gathered.news.length >= GATHERED_MAX || gathered.chars >= GATHERED_CHARS_MAX;
    if (fault || isFull || now - gathered.since > STOPPED_AFTER_MS) this.#send(workspaceId);
    else if (!known) afterwards(clock.sleep(GATHERED_MS).then(() => this.#sendIfStill(workspaceId, gathered)));
  }

  /** Resolves when the object has been told all that was gathered here. */
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
    const { afterwards, log } = this.#ports;
    const gathered = this.#gathered.get(workspaceId);
    if (gathered === undefined) return Promise.resolve();
    this.#gathered.delete(workspaceId);
    const sent = ledger
      .note(...gathered.news)
      .catch((error) => log.warn("calls could not be written down", { workspaceId, error }));
    afterwards(sent);
    return sent;
  }
}

function leaveKey(workspaceId: string, { address }: Pick<CallAttempt, "address">): string {
  return `${workspaceId} ${address.service} ${address.keyId}`;
}
