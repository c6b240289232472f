/**
 * Attempts as they look from a run's core: lines over virtual time, and an end. And the ledger of what they did outside,
 * which tells which attempts are really under way, whatever anybody has stored about it.
 */
import { type AttemptResult, NO_USAGE, type RunAttempt } from "../../durable-objects/run-executor/attempt-port.ts";
import type { Usage } from "../../worker/domain/guest-outcome.ts";
import { infrastructureError, type RunState } from "../../worker/domain/run-state.ts";
import type { Instance } from "./object-host.ts";
import type { World } from "./world.ts";

export interface Behaviour {
  readonly lines: number;
  /** Between two lines. */
  readonly gapMs: number;
  readonly ending: "completes" | "throws" | "out of time" | "engine fails";
  /** Lines that come although the attempt has ended. */
  readonly strayLines: number;
  /** How long it goes on after it was told to stop. */
  readonly deafMs: number;
}

export interface UnderWay {
  readonly runId: string;
  readonly lane: string;
  readonly instance: Instance;
}

const USAGE: Usage = { ...NO_USAGE, fuel: 1 };

export const lineOf = (attempt: number, index: number) => `attempt ${attempt} line ${index}\n`;

export class AttemptLedger {
  readonly #world: World;
  readonly #behaviours = new Map<string, Behaviour>();
  readonly underWay = new Set<UnderWay>();
  /** How many attempts of a run were begun. */
  readonly begun = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
  }

  expect(runId: string, behaviour: Behaviour): void {
    this.#behaviours.set(runId, behaviour);
  }

  behaviourOf(runId: string): Behaviour {
    return this.#behaviours.get(runId)!;
  }

  attemptsOf(instance: Instance): RunAttempt {
    return async ({ spec, onOutput, signal, clock }) => {
      const behaviour = this.behaviourOf(spec.id);
      const attempt = (this.begun.get(spec.id) ?? 0) + 1;
      this.begun.set(spec.id, attempt);
      if (spec.kind === "execution" && spec.grants.fetch.length > 0 && attempt > 1) {
        this.#world.violate(`${spec.id} may not be repeated, and was started again`);
      }
      if (wasCancelled(instance)) this.#world.violate(`${spec.id} was begun after it had been cancelled`);
      const entry: UnderWay = { runId: spec.id, lane: spec.lane, instance };
      this.underWay.add(entry);
      instance.onGone.push(() => this.underWay.delete(entry));
      try {
        return await act(behaviour, attempt, onOutput, signal, clock.sleep);
      } finally {
        this.underWay.delete(entry);
        void stray(behaviour, attempt, onOutput, clock.sleep);
      }
    };
  }
}

function wasCancelled({ object }: Instance): boolean {
  const state: RunState = JSON.parse(object.database.rows("SELECT state FROM run")[0]?.["state"] as string);
  return state.name === "running" && state.cancelRequestedAt !== null;
}

type Output = (stream: "stdout", text: string) => void;
type Sleep = (ms: number) => Promise<void>;

async function act(
  { lines, gapMs, ending, deafMs }: Behaviour,
  attempt: number,
  onOutput: Output,
  signal: AbortSignal,
  sleep: Sleep,
): Promise<AttemptResult> {
  for (let index = 1; index <= lines; index++) {
    if (gapMs > 0) await sleep(gapMs);
    if (signal.aborted) {
      if (deafMs > 0) await sleep(deafMs);
      return { outcome: { kind: "cancelled" }, usage: USAGE };
    }
    onOutput("stdout", lineOf(attempt, index));
  }
  switch (ending) {
    case "completes":
      return { outcome: { kind: "completed", result: attempt }, usage: USAGE };
    case "throws":
      return { outcome: { kind: "threw", error: infrastructureError("as planned", "PlannedError") }, usage: USAGE };
    case "out of time":
      return { outcome: { kind: "limit", limit: "time", error: infrastructureError("slow") }, usage: USAGE };
    case "engine fails":
      throw new Error("the engine failed, as planned");
  }
}

async function stray({ strayLines }: Behaviour, attempt: number, onOutput: Output, sleep: Sleep): Promise<void> {
  for (let index = 1; index <= strayLines; index++) {
    await sleep(1);
    onOutput("stdout", `stray line ${index} of attempt ${attempt}\n`);
  }
}
