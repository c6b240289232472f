/** The product's own classes, wired to a simulated platform as the real objects wire them to the real one. */

import { eventsOf } from "../../durable-objects/run-executor/event-chunks.ts";
import { OutputLog } from "../../durable-objects/run-executor/output-log.ts";
import { RunCore } from "../../durable-objects/run-executor/run-core.ts";
import { ExecutorStorage } from "../../durable-objects/run-executor/storage.ts";
import { Lane } from "../../durable-objects/run-queue/lane.ts";
import { QueueStorage } from "../../durable-objects/run-queue/storage.ts";
import { WakeUp } from "../../durable-objects/wake-up.ts";
import { Capacity } from "../../durable-objects/workspace-capacity/capacity.ts";
import { CapacityStorage } from "../../durable-objects/workspace-capacity/storage.ts";
import { laneObjectName } from "../../worker/domain/lane.ts";
import type { RunEvent } from "../../worker/domain/run.ts";
import type { Logger } from "../../worker/log.ts";
import { openDatabase } from "../../worker/store/database.ts";
import type { Announcements } from "./announcements.ts";
import type { AttemptLedger } from "./fake-attempts.ts";
import { type FaultRates, type Instance, ObjectHost } from "./object-host.ts";
import { SimulatedD1 } from "./simulated-d1.ts";
import type { World } from "./world.ts";

export const WORKSPACE = "ws_1";

export const laneName = (lane: string) => `lane:${laneObjectName(WORKSPACE, lane)}`;
export const runName = (runId: string) => `run:${runId}`;
export const CAPACITY = `capacity:${WORKSPACE}`;

/** A client's end of a live stream. */
export interface Watcher {
  receive(events: readonly RunEvent[]): void;
  ended(end: { readonly seq: number; readonly state: string }): void;
  disconnected(): void;
}

export interface Settings {
  capacity: number;
  isSmart: boolean;
}

export interface ProductParts {
  readonly world: World;
  readonly rates: FaultRates;
  readonly settings: Settings;
  readonly attempts: AttemptLedger;
  readonly announcements: Announcements;
}

export interface Product {
  readonly host: ObjectHost;
  readonly d1: SimulatedD1;
}

export function assemble({ world, rates, settings, attempts, announcements }: ProductParts): Product {
  const log = loggerTo(world);
  const host: ObjectHost = new ObjectHost(world, rates, {
    lane: (instance) =>
      new Lane({
        ...commonPorts(instance, log),
        storage: new QueueStorage(instance.storage.asObjectStorage),
        isSmart: settings.isSmart,
        run: (runId) => remote(host, instance, runName(runId)),
        capacity: (workspaceId) => remote(host, instance, `capacity:${workspaceId}`),
        background: (work) => void work,
      }),
    capacity: (instance) =>
      new Capacity({
        ...commonPorts(instance, log),
        storage: new CapacityStorage(instance.storage.asObjectStorage),
        capacity: settings.capacity,
        lane: (name) => remote(host, instance, laneName(name)),
        background: (work) => void work,
      }),
    run: (instance) => executor(instance),
    receiver: () => ({ receive: async (id: string) => announcements.receive(id) }),
  });
  const d1 = new SimulatedD1(host, WORKSPACE);

  function executor(instance: Instance) {
    const storage = new ExecutorStorage(instance.storage.asObjectStorage);
    const events = new OutputLog(instance.storage.asObjectStorage.sql);
    const watchers = new Set<Watcher>();
    instance.onGone.push(() => {
      for (const watcher of watchers) watcher.disconnected();
    });
    const end = (ended: { readonly seq: number; readonly state: string }) => {
      for (const watcher of watchers) watcher.ended(ended);
      watchers.clear();
    };
    const core = new RunCore({
      ...commonPorts(instance, log),
      storage,
      events,
      audience: {
        publish: (chunks) => watchers.forEach((watcher) => watcher.receive(chunks.flatMap(eventsOf))),
        end,
        recheck: async () => {},
        hibernate: false,
      },
      db: openDatabase(d1.for(instance)),
      attempt: attempts.attemptsOf(instance),
      lane: ({ lane }) => remote(host, instance, laneName(lane)),
      alongside: () => [],
      announce: (run) => announcements.tell(host, instance, run),
    });
    return Object.assign(core, {
      /** As the object's fetch does it: all that is stored, then what comes. */
      watch: async (after: number, watcher: { readonly current: Watcher }) => {
        const { run } = storage;
        if (!run) return false;
        for (const chunk of events.chunksAfter(after)) watcher.current.receive(eventsOf(chunk));
        const { name } = run.state;
        if (name === "queued" || name === "running") watchers.add(watcher.current);
        else watcher.current.ended({ seq: events.lastSeq, state: name });
        return true;
      },
    });
  }
  return { host, d1 };
}

function commonPorts(instance: Instance, log: Logger) {
  const { clock } = instance;
  return { clock, log, wakeUp: new WakeUp(instance.storage.asObjectStorage, clock) };
}

/** Whatever is called on it is a remote call. */
function remote<Rpc>(host: ObjectHost, from: Instance, to: string): Rpc {
  const target = {};
  const call =
    (method: string) =>
    (...args: readonly unknown[]) =>
      host.call(from, to, method, args);
  return new Proxy(target, { get: (_, method) => call(String(method)) }) as Rpc;
}

function loggerTo(world: World): Logger {
  const write = (message: string, fields: object = {}) =>
    world.note(() => `   log: ${message} ${"error" in fields ? String(fields.error) : ""}`);
  const logger: Logger = { debug: write, info: write, warn: write, error: write, with: () => logger };
  return logger;
}
