/**
 * A workspace's calls of models at work: the gate and the budget are asked together, and what came of a call is taken in
 * together, with its record. One write before a call that money is held back for, one after it, and under load both are
 * shared with others (write-turns.ts).
 * Invariant: what is held back is stored before anybody hears of it. What ends a call may be lost with a kill within some
 * milliseconds; it is then found as a call of unknown outcome.
 */
import type { Clock } from "../../worker/domain/ports.ts";
import type { ExecutionRecord } from "../../worker/store/executions.ts";
import type { Gate } from "./gate.ts";
import type { Ledger } from "./ledger.ts";
import type { RecordOutbox } from "./record-outbox.ts";
import type { AttemptEnd, BeginAnswer, CallAttempt, CallNews } from "./rpc.ts";
import { WriteTurns } from "./write-turns.ts";

/** What is recorded is in D1 after this: pages do not wait for it, they have it copied. */
export const COPIED_WITHIN_MS = 1_000;

export interface CallsPorts {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly gate: Gate;
  readonly outbox: RecordOutbox;
  /** The alarm rings within this time. */
  wakeWithin(ms: number): Promise<void>;
}

export class Calls {
  readonly #ports: CallsPorts;
  readonly #turns: WriteTurns;
  /** Those that wait until nobody has leave. */
  #recalling = 0;

  constructor(ports: CallsPorts) {
    this.#ports = ports;
    this.#turns = new WriteTurns(ports.clock);
  }

  async begin(attempt: CallAttempt, news: CallNews): Promise<BeginAnswer> {
    // Of what has no price nothing is held back: nobody has to wait for a write.
    if (attempt.boundMicros === null) return this.#beginUnpriced(attempt, news);
    return this.#turns.soon(async () => {
      for (const end of news.ends) await this.#end(end);
      return this.#admit(attempt, news);
    });
  }

  async note({ ends, records }: CallNews): Promise<void> {
    for (const record of records) this.#ports.outbox.add(record);
    for (const { address, epoch, verdict } of ends) this.#ports.gate.report(address, epoch, verdict);
    // It was gathered for a while before it came.
    return this.#turns.soon(async () => {
      for (const end of ends) await this.#settle(end);
      await this.#saveRecords();
    });
  }

  /** Does something about the budget behind all that calls have told until now. */
  behind<T>(work: (ledger: Ledger) => Promise<T>): Promise<T> {
    return this.#turns.soon(() => work(this.#ports.ledger));
  }

  /** The same, when nobody has leave any more for calls that a cap would refuse, and nobody gets any before it is done. */
  async withoutLeave<T>(work: (ledger: Ledger) => Promise<T>): Promise<T> {
    this.#recalling++;
    try {
      const { clock, gate } = this.#ports;
      const leftMs = gate.leaveUntil - clock.now();
      if (leftMs > 0) await clock.sleep(leftMs);
      return await this.behind(work);
    } finally {
      this.#recalling--;
    }
  }

  /** Resolves when D1 has all that is recorded until now. Rejects where it cannot be reached. */
  async copyRecords(): Promise<void> {
    await this.#saveRecords();
    await this.#ports.outbox.copyAll();
  }

  async #beginUnpriced(attempt: CallAttempt, news: CallNews): Promise<BeginAnswer> {
    if (news.ends.length > 0) void this.note({ ends: news.ends, records: [] });
    const refusal = this.#ports.ledger.refusalOfUnpriced(attempt.subjects);
    if (refusal) return { type: "over-budget", refusal };
    const answer = this.#ports.gate.admit(attempt.address);
    if (answer.type !== "admitted") return answer;
    if (news.records.length > 0) this.#noteLive(news.records);
    const ahead = answer.waitMs === 0 ? this.#giveLeave(attempt) : 0;
    return ahead === 0 ? answer : { ...answer, ahead };
  }

  /** Leave for calls ahead, where no cap could refuse them. */
  #giveLeave({ address }: CallAttempt): number {
    const { ledger, gate } = this.#ports;
    return ledger.hasCaps || this.#recalling > 0 ? 0 : gate.admitAhead(address);
  }

  #noteLive(records: readonly ExecutionRecord[]): void {
    for (const record of records) this.#ports.outbox.add(record);
    void this.#turns.later(() => this.#saveRecords());
  }

  async #admit(attempt: CallAttempt, { records }: CallNews): Promise<BeginAnswer> {
    const { gate, ledger, outbox } = this.#ports;
    const closed = gate.refusal(attempt.address);
    if (closed) return closed;
    const answer = await ledger.reserve(attempt);
    if (!answer.granted) return { type: "over-budget", refusal: answer };
    const admitted = gate.admit(attempt.address);
    // Another one came in between.
    if (admitted.type !== "admitted") {
      await ledger.settle(attempt.id, 0);
      return admitted;
    }
    for (const record of records) outbox.add(record);
    await this.#saveRecords();
    return admitted;
  }

  async #end(end: AttemptEnd): Promise<void> {
    this.#ports.gate.report(end.address, end.epoch, end.verdict);
    await this.#settle(end);
  }

  async #settle({ id, isHeld, costMicros }: AttemptEnd): Promise<void> {
    const { ledger } = this.#ports;
    if (!isHeld) return;
    await (costMicros === null ? ledger.markUnknown(id) : ledger.settle(id, costMicros));
  }

  async #saveRecords(): Promise<void> {
    if (this.#ports.outbox.isSaved) return;
    // Before they are stored: a crash after it finds the alarm that copies them.
    await this.#ports.wakeWithin(COPIED_WITHIN_MS);
    this.#ports.outbox.save();
  }
}
