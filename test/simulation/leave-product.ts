/**
 * The object of a workspace's calls of models, and isolates that ask it: the product's own classes, wired to a simulated
 * platform as the real ones are to the real one. What they do is written into the book.
 */
import { Calls, COPIED_WITHIN_MS } from "../../durable-objects/budget-ledger/calls.ts";
import { Gate } from "../../durable-objects/budget-ledger/gate.ts";
import { GateStorage } from "../../durable-objects/budget-ledger/gate-storage.ts";
import { Ledger } from "../../durable-objects/budget-ledger/ledger.ts";
import { RecordOutbox } from "../../durable-objects/budget-ledger/record-outbox.ts";
import type { CallAttempt, CallNews, CapStanding, CircuitAddress } from "../../durable-objects/budget-ledger/rpc.ts";
import { type BudgetChanges, BudgetStorage } from "../../durable-objects/budget-ledger/storage.ts";
import { WakeUp } from "../../durable-objects/wake-up.ts";
import type { BudgetPeriod, BudgetSubject } from "../../worker/domain/budget-state.ts";
import type { CallLimits } from "../../worker/domain/call-limits.ts";
import type { CallVerdict } from "../../worker/domain/circuit.ts";
import { openDatabase } from "../../worker/store/database.ts";
import { putExecutions, sweepExecutions } from "../../worker/store/executions.ts";
import type { LeaveBook } from "./leave-book.ts";
import { type FaultRates, type Instance, InstanceGone, ObjectHost } from "./object-host.ts";
import { SimulatedD1 } from "./simulated-d1.ts";
import type { World } from "./world.ts";

export const WORKSPACE = "ws_1";
export const LEDGER = `ledger:${WORKSPACE}`;
/** As the object's alarm does it. */
const SWEEP_MS = 3_600_000;
const RETRY_DELAY_MS = 30_000;

class WatchedGate extends Gate {
  readonly #book: LeaveBook;

  constructor(storage: GateStorage, clock: Instance["clock"], book: LeaveBook) {
    super(storage, clock);
    this.#book = book;
    book.booted();
    book.limited(Object.fromEntries(storage.limits()));
  }

  override admit(address: CircuitAddress) {
    const before = this.#book.circuit(address.keyId);
    const answer = super.admit(address);
    this.#book.took(address, answer);
    if (answer.type === "admitted") this.#book.reported(address.keyId, before?.epoch ?? 0, before);
    return answer;
  }

  override admitAhead(address: CircuitAddress): number {
    const calls = super.admitAhead(address);
    this.#book.gave(address, calls);
    return calls;
  }

  override report(address: CircuitAddress, epoch: number, verdict: CallVerdict): void {
    const before = this.#book.circuit(address.keyId);
    super.report(address, epoch, verdict);
    this.#book.reported(address.keyId, epoch, before);
  }

  override limit(limits: CallLimits): void {
    super.limit(limits);
    this.#book.limited(limits);
  }
}

class WatchedStorage extends BudgetStorage {
  readonly #book: LeaveBook;

  constructor(storage: ConstructorParameters<typeof BudgetStorage>[0], book: LeaveBook) {
    super(storage);
    this.#book = book;
  }

  override save(changes: BudgetChanges): void {
    this.#book.saving(changes.reservation);
    try {
      super.save(changes);
    } finally {
      this.#book.saving(null);
    }
  }

  override removeCap(capId: string): void {
    super.removeCap(capId);
    this.#book.capRemoved(capId);
  }
}

export interface LeaveProduct {
  readonly host: ObjectHost;
  readonly d1: SimulatedD1;
}

/** @param book is made for the object's database, and so after the host: it is asked for when an instance is made */
export function assembleLedger(world: World, rates: FaultRates, book: () => LeaveBook): LeaveProduct {
  const host: ObjectHost = new ObjectHost(world, rates, { ledger: (instance) => coreOf(instance, world, d1, book()) });
  const d1 = new SimulatedD1(host, WORKSPACE);
  return { host, d1 };
}

function coreOf(instance: Instance, world: World, d1: SimulatedD1, book: LeaveBook) {
  const { clock } = instance;
  const storage = instance.storage.asObjectStorage;
  const wakeUp = new WakeUp(storage, clock);
  const db = openDatabase(d1.for(instance));
  const ledger = new Ledger({
    ...{ storage: new WatchedStorage(storage, book), workspaceId: WORKSPACE, clock, wakeUp },
    random: { bytes: (length) => Uint8Array.from({ length }, () => world.fate.between("random byte", 0, 255)) },
    warn: async () => {},
  });
  const gate = new WatchedGate(new GateStorage(storage), clock, book);
  const outbox = new RecordOutbox({
    storage,
    copy: (batches) => putExecutions(db, WORKSPACE, batches),
    givenUp: (error) => world.violate(`a record was given up: ${error}`),
  });
  const calls = new Calls({ clock, ledger, gate, outbox, wakeWithin: (ms) => wakeUp.within(ms) });
  const part = async (work: () => Promise<unknown>) => {
    await work().catch(async (error: unknown) => {
      if (error instanceof InstanceGone) throw error;
      await wakeUp.within(RETRY_DELAY_MS);
    });
  };
  let sweptAt = 0;
  const sweep = async () => {
    if (clock.now() - sweptAt >= SWEEP_MS) await sweepExecutions(db, WORKSPACE, clock.now());
    sweptAt = clock.now();
    await wakeUp.within(SWEEP_MS);
  };
  return {
    begin: async (attempt: CallAttempt, news: CallNews) => {
      book.heard(news.ends);
      const answer = await calls.begin(attempt, news);
      book.answered(attempt, answer);
      return answer;
    },
    note: async (news: CallNews) => {
      book.heard(news.ends);
      return calls.note(news);
    },
    putCap: async (subject: BudgetSubject, period: BudgetPeriod, limitMicros: number) => {
      const standing = await calls.withoutLeave((those) => those.putCap(subject, period, limitMicros));
      if (standing) book.capAnswered(standing.cap.id);
      return standing;
    },
    raiseCap: (capId: string, byMicros: number): Promise<CapStanding | null> =>
      calls.behind((those) => those.raiseCap(capId, byMicros)),
    removeCap: (capId: string) => calls.behind((those) => those.removeCap(capId)),
    limit: async (limits: CallLimits) => gate.limit(limits),
    keepTexts: async (keeps: boolean) => outbox.keepTexts(keeps),
    copyRecords: () => calls.copyRecords(),
    alarm: async () => {
      wakeUp.rang();
      await part(() => calls.copyRecords());
      if (!outbox.isEmpty()) await wakeUp.within(COPIED_WITHIN_MS);
      await part(sweep);
      await part(() => ledger.alarm());
    },
  };
}
