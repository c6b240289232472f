/**
 * Those who use the product in a simulated world: clients that send runs and repeat a request that failed, people who
 * cancel, hold, pause and amend, and clients that watch a run's stream and connect again when they are cut off.
 */

import type { FinishedRun } from "../../durable-objects/run-executor/rpc.ts";
import type { Failure, Result } from "../../worker/domain/errors.ts";
import type { Priority } from "../../worker/domain/lane.ts";
import type { RunDetail, RunEvent } from "../../worker/domain/run.ts";
import type { RunSpec } from "../../worker/domain/run-spec.ts";
import type { Checks } from "./checks.ts";
import type { Caller } from "./object-host.ts";
import { laneName, type Product, runName, type Watcher, WORKSPACE } from "./product.ts";
import type { Deed, RunPlan } from "./scenario.ts";
import type { World } from "./world.ts";

/** A person who gets an error waits so long. */
const RETRY_MS = 1_500;
const RECONNECT_MS = 50;
/** A person who gets an error tries so often again. */
const DEED_TRIES = 3;
const MOMENT_MS = 4;

type Submitted = Result<RunDetail | FinishedRun>;

export class People {
  readonly #world: World;
  readonly #product: Product;
  readonly #checks: Checks;
  readonly #worker: Caller = { name: "worker", isGone: false, waits: 0, calls: 0 };
  readonly #specs = new Map<string, RunSpec>();

  constructor(world: World, product: Product, checks: Checks) {
    this.#world = world;
    this.#product = product;
    this.#checks = checks;
  }

  async send(plan: RunPlan): Promise<void> {
    const spec = this.#specOf(plan);
    for (let attempt = 0; attempt <= plan.patience; attempt++) {
      let answer: Submitted;
      try {
        answer = (await this.#call(runName(spec.id), plan.via, spec)) as Submitted;
      } catch {
        await this.#pause(plan.retryMs);
        continue;
      }
      if (answer.ok) this.#accepted(spec, answer.value);
      return;
    }
  }

  #accepted(spec: RunSpec, value: RunDetail | FinishedRun): void {
    this.#checks.promised(spec);
    if ("stdout" in value) this.#checks.executed(spec.id, value);
  }

  /** The same request has the same specification, however often it is sent. */
  #specOf({ spec, waitMaxMs }: RunPlan): RunSpec {
    let sent = this.#specs.get(spec.id);
    if (!sent) {
      sent = { ...spec, expiresAt: waitMaxMs === null ? null : this.#world.wallMs + waitMaxMs };
      this.#specs.set(spec.id, sent);
    }
    return sent;
  }

  async do(deed: Deed): Promise<void> {
    if (deed.type === "watch") return this.#watch(deed.runId);
    for (let tries = 0; tries < DEED_TRIES; tries++) {
      try {
        await this.#once(deed);
        return;
      } catch {
        await this.#pause(RETRY_MS);
      }
    }
  }

  /** Until it has worked: for what must be so in the end. */
  async insist(deed: Deed): Promise<void> {
    await this.#once(deed);
  }

  async #once(deed: Exclude<Deed, { type: "watch" }> | Deed): Promise<void> {
    switch (deed.type) {
      case "cancel": {
        const answer = (await this.#call(runName(deed.runId), "cancel")) as Result<RunDetail>;
        if (answer.ok) this.#checks.cancelled(deed.runId);
        return;
      }
      case "amend":
        return this.#amend(deed.runId);
      case "reprioritise":
        await this.#call(runName(deed.runId), "reprioritise", "urgent");
        return;
      case "describe":
        await this.#call(runName(deed.runId), "describe");
        return;
      case "reproject":
        this.#checks.reprojecting.add(deed.runId);
        await this.#call(runName(deed.runId), "reproject");
        return;
      case "watch":
        return;
      default: {
        const { lane, type } = deed;
        const command =
          type === "pause"
            ? { type, by: "a person" }
            : type === "hold"
              ? { type, runId: deed.runId, by: "a person" }
              : type === "move"
                ? { type, runId: deed.runId, position: deed.to }
                : type === "unhold"
                  ? { type, runId: deed.runId }
                  : { type };
        await this.#call(laneName(lane), "command", { workspaceId: WORKSPACE, lane }, command);
      }
    }
  }

  async #amend(runId: string): Promise<void> {
    const priority = this.#world.fate.pick<Priority>("amended priority", ["urgent", "low"]);
    const issue = { source: "jira", key: runId, title: `${runId} amended`, url: null, type: "bug", labels: [] };
    const answer = await this.#call(runName(runId), "amend", { ...issue, updatedAt: null }, priority);
    const { ok, code } = answer as Failure;
    if (!ok && code !== "not-found") this.#world.violate(`amend of ${runId} answered ${code}`);
  }

  /** Watches from the moment on at which the run was promised: nothing that it is shown may be taken back. */
  async #watch(runId: string): Promise<void> {
    await this.#checks.whenPromised(runId);
    let after = 0;
    while (!this.#checks.isOver) {
      const end = await this.#connection(runId, after, (event) => {
        this.#checks.shown(runId, after, event);
        after = event.seq;
      });
      if (end === null) {
        await this.#pause(RECONNECT_MS);
        continue;
      }
      if (end.seq !== after) this.#world.violate(`${runId} ended at ${end.seq}, its client has seen ${after}`);
      return;
    }
  }

  /** One connection: frames come in order until it breaks, or the run ends. Null when it broke. */
  #connection(runId: string, after: number, see: (event: RunEvent) => void): Promise<{ readonly seq: number } | null> {
    const world = this.#world;
    return new Promise((resolve) => {
      const frames: (() => void)[] = [];
      let [isOpen, lastAt] = [true, 0];
      const close = (end: { readonly seq: number } | null) => {
        if (!isOpen) return;
        isOpen = false;
        resolve(end);
      };
      const send = (frame: () => void) => {
        frames.push(frame);
        lastAt = Math.max(lastAt, world.elapsedMs + world.fate.number("frame") * MOMENT_MS);
        world.schedule(lastAt - world.elapsedMs, {
          ...{ target: `client of ${runId}`, kind: "message", label: `frame of ${runId}` },
          run: () => frames.shift()?.(),
        });
      };
      const watcher: Watcher = {
        receive: (events) => send(() => isOpen && events.forEach(see)),
        ended: (end) => send(() => close(end)),
        disconnected: () => {
          // What was under way is lost, or not.
          if (world.fate.chance("frames are lost", 0.5)) frames.length = 0;
          send(() => close(null));
        },
      };
      const { host } = this.#product;
      world.schedule(world.fate.number("connect") * MOMENT_MS, {
        ...{ target: runName(runId), kind: "message", label: `client connects to ${runId} after ${after}` },
        run: () => {
          const watch = host.instanceOf(host.object(runName(runId)))?.core["watch"];
          if (!watch) return close(null);
          watch(after, { current: watcher }).then(
            (isThere) => isThere || close(null),
            () => close(null),
          );
        },
      });
    });
  }

  #call(name: string, method: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.#product.host.call(this.#worker, name, method, args);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) =>
      this.#world.schedule(ms, { target: "worker", kind: "timer", label: "a client waits", run: resolve }),
    );
  }
}
