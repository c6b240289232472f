/**
 * The Python Worker: starts an isolate for each run and lets a few of them run at once. It has no bindings but the
 * loader of isolates, and an isolate has none at all: no network, no storage, nothing that outlives the run.
 * Invariant: an isolate is loaded for one run and never used again. A place is held no longer than its run is wanted.
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import { Slots } from "../../domain/slots.ts";
import { systemClock } from "../../system-ports.ts";
import { MAIN_MODULE, MODULES } from "./generated/modules.ts";
import type { IsolateRequest, PythonHost, PythonRunner } from "./protocol.ts";
import { whileWanted } from "./wanted.ts";

interface Env {
  readonly LOADER: WorkerLoader;
}

/** What an isolate offers; see `isolate/main.ts`. */
interface Isolate {
  run(request: IsolateRequest, host: PythonHost, ready: () => void): Promise<(object & Disposable) | null>;
}

/** Each holds some 60 MB and a share of one core: more at once make all of them later. */
const RUNS_AT_ONCE = 3;
/** The platform's backstop behind fuel and time, where it is enforced: five minutes and a little. */
const CPU_MS_MAX = 310_000;

/** A start is pieces of work that nothing can suspend: those of several would come one after the other, without a pause. */
const STARTS_AT_ONCE = 1;

const slots = new Slots(RUNS_AT_ONCE, systemClock);
const starts = new Slots(STARTS_AT_ONCE, systemClock);

export default class PythonWorker extends WorkerEntrypoint<Env> implements PythonRunner {
  async run(request: IsolateRequest, host: PythonHost): Promise<unknown> {
    try {
      return await slots.use(() => whileWanted(host, systemClock, () => this.#runIsolate(request, host)));
    } finally {
      (host as Partial<Disposable>)[Symbol.dispose]?.();
    }
  }

  async #runIsolate(request: IsolateRequest, host: PythonHost): Promise<object | null> {
    const started = await starts.use(() => whileWanted(host, systemClock, () => this.#start(request, host)));
    const report = (await started?.report) ?? null;
    try {
      return report === null ? null : { ...report };
    } finally {
      // Until then each keeps its isolate, some 60 MB: for as long as the garbage collector does not come.
      report?.[Symbol.dispose]();
    }
  }

  /** Resolves when Python has started in its isolate, or the isolate has ended; with the report to come. */
  #start(request: IsolateRequest, host: PythonHost): Promise<{ readonly report: ReturnType<Isolate["run"]> }> {
    return new Promise((resolve) => {
      const started = () => resolve({ report });
      const report = this.#load().run(request, host, started);
      report.then(started, started);
    });
  }

  #load(): Isolate {
    const worker = this.env.LOADER.load({
      compatibilityDate: "2026-10-20",
      mainModule: MAIN_MODULE,
      modules: MODULES,
      globalOutbound: null,
      env: {},
      limits: { cpuMs: CPU_MS_MAX, subRequests: 0 },
    });
    return worker.getEntrypoint() as unknown as Isolate;
  }
}
