/**
 * The run as others see it: its copy in D1, and the word to those who subscribed to it. Both follow what is stored here and
 * may be repeated.
 */
import { hasEnded } from "../../worker/domain/run-state.ts";
import type { Database } from "../../worker/store/database.ts";
import { projectRun } from "../../worker/store/runs.ts";
import type { Subscriber } from "../../worker/store/webhooks.ts";
import type { OutputLog } from "./output-log.ts";
import { toRow } from "./projection.ts";
import type { ExecutorStorage, StoredRun } from "./storage.ts";

export interface ListingPorts {
  readonly storage: ExecutorStorage;
  readonly events: OutputLog;
  readonly db: Database;
  /** What a run is listed with besides, such as one about a meeting. May be repeated. */
  alongside(run: StoredRun): readonly D1PreparedStatement[];
  /**
   * Tells of the run's new state; may be repeated.
   * @param subscribers as they were when that state was listed
   */
  announce(run: StoredRun, subscribers: readonly Subscriber[]): Promise<void>;
}

export class Listing {
  readonly #ports: ListingPorts;
  #projecting: Promise<void> = Promise.resolve();
  /** Who is to be told of the version that D1 has. */
  #subscribers: { readonly version: number; readonly list: readonly Subscriber[] } | null = null;

  constructor(ports: ListingPorts) {
    this.#ports = ports;
  }

  /** One projection at a time: the second finds the first one's work done, or carries what came since. */
  project(): Promise<void> {
    this.#projecting = this.#projecting.catch(() => {}).then(() => this.#projectNow());
    return this.#projecting;
  }

  /** Throws before the run's state is listed: only then it is known who is to be told. */
  async announce(): Promise<void> {
    const { storage, announce } = this.#ports;
    const { run } = storage;
    if (!run || this.#subscribers?.version !== run.version) throw new Error("the run's state is not listed yet");
    await announce(run, this.#subscribers.list);
    storage.note({ announced: run.state.name });
  }

  async #projectNow(): Promise<void> {
    const { storage, events, db } = this.#ports;
    const { run } = storage;
    if (!run || run.progress.projectedVersion >= run.version) return;
    // The program of a meeting is written while its run goes on: it is listed with the run's end.
    const isDue = run.spec.kind === "meeting" ? hasEnded(run.state) : run.progress.projectedVersion === 0;
    const list = await projectRun(db, {
      row: toRow(run, { result: storage.result(), lastSeq: events.lastSeq }),
      program: isDue && run.spec.kind !== "issue" ? storage.program() : null,
      output: hasEnded(run.state) ? events.chunksAfter(0) : [],
      alongside: this.#ports.alongside(run),
    });
    this.#subscribers = { version: run.version, list };
    storage.note({ projectedVersion: run.version });
  }
}
