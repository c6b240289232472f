/**
 * What the object of a workspace's calls is told of one call: gathered here, so that a call asks it once before its provider
 * is asked, and tells it once afterwards.
 * Invariant: what came of an attempt is told with the next attempt or with the end of the call, whichever is first; a fault
 * at once, since the breaker has to know.
 */
import type { AttemptEnd, BeginAnswer, CallAttempt, CallNews } from "../../durable-objects/budget-ledger/rpc.ts";
import type { PriceSnapshot } from "../domain/price.ts";
import type { ExecutionRecord } from "../store/executions.ts";

export interface CallSheetPorts {
  /** Rejects where the object cannot be asked. */
  readonly begin: (attempt: CallAttempt, news: CallNews) => Promise<BeginAnswer>;
  /** Is not waited for. */
  readonly tell: (news: CallNews) => void;
}

export class CallSheet {
  readonly #ports: CallSheetPorts;
  #ends: AttemptEnd[] = [];
  /** That the call is live, while only this knows it. */
  #begun: ExecutionRecord | null = null;
  /** Whether anybody was asked. */
  #wasMade = false;
  #price: PriceSnapshot | null = null;
  #wasFree = true;

  constructor(ports: CallSheetPorts) {
    this.#ports = ports;
  }

  /** By which the last attempt is paid; null where it is not known, or there was none. */
  get price(): PriceSnapshot | null {
    return this.#price;
  }

  /** Whether every attempt is known to have cost nothing; so it is where there was none. */
  get wasFree(): boolean {
    return this.#wasFree;
  }

  /** The call is live. It is told with its first attempt. */
  began(record: ExecutionRecord): void {
    this.#begun = record;
  }

  /** Rejects where the object cannot be asked. */
  async begin(attempt: CallAttempt, price: PriceSnapshot | null): Promise<BeginAnswer> {
    this.#price = price;
    const answer = await this.#ports.begin(attempt, this.#takeNews(this.#begun));
    if (answer.type === "admitted") {
      this.#begun = null;
      this.#wasMade = true;
    }
    return answer;
  }

  /** An attempt that is no call of anybody's, and needs no leave. */
  beginInside(price: PriceSnapshot | null): void {
    this.#price = price;
    this.#wasMade = true;
    const begun = this.#begun;
    this.#begun = null;
    if (begun) this.#ports.tell(this.#takeNews(begun));
  }

  /** What came of an attempt that was let through. */
  attemptEnded(end: AttemptEnd): void {
    this.#ends.push(end);
    this.#wasFree &&= end.costMicros === 0;
    if (end.verdict !== "ok") this.#ports.tell(this.#takeNews(null));
  }

  /**
   * The call has ended, and this is its last word.
   * @param wasRefused by a budget: then it leaves no record, unless somebody was asked before
   */
  ended(record: ExecutionRecord, wasRefused: boolean): void {
    const isKept = this.#wasMade || !wasRefused;
    const news = this.#takeNews(isKept ? record : null);
    if (news.records.length > 0 || news.ends.length > 0) this.#ports.tell(news);
  }

  #takeNews(record: ExecutionRecord | null): CallNews {
    const ends = this.#ends;
    this.#ends = [];
    return { ends, records: record ? [record] : [] };
  }
}
