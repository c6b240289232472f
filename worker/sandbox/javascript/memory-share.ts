/**
 * One run's place at the gate of the isolate's memory: what a guest takes, and how it waits for it. Each run waits on
 * its own timer, because a Worker must not be woken by what another request does.
 */
import type { Clock } from "../../domain/ports.ts";
import type { Program } from "../../domain/program.ts";
import type { GuestRequest } from "../engine.ts";
import type { MemoryGate, Tenant } from "../memory-gate.ts";
import { Wait } from "../wait.ts";
import { ARTIFACT } from "./artifact.ts";
import { WASM_PAGE_BYTES } from "./limits.ts";

/** Those at the head of the queue look every millisecond, those behind less often, or looking would be all they do. */
const MAX_WAIT_MS = 50;
/** Whoever has waited for long does not mind another part of that. A nap of a millisecond takes several, which add up. */
const WAITED_PART = 50;
/** A guest that lives shows it every second; one that does not in so long was lost with its object. */
const SILENCE_MS = 10_000;

export class MemoryShare {
  readonly #gate: MemoryGate;
  readonly #request: GuestRequest;
  readonly #tenant: Tenant;

  constructor(gate: MemoryGate, request: GuestRequest) {
    this.#gate = gate;
    this.#request = request;
    this.#tenant = gate.enter(startBytes(request.program), request.limits.memoryBytes);
  }

  /** What the run may come to hold, in bytes. */
  get most(): number {
    return this.#tenant.most;
  }

  /** The request's clock. Whoever looks at it lives. */
  get clock(): Clock {
    const { clock } = this.#request;
    const now = () => {
      this.#gate.lives(this.#tenant);
      return clock.now();
    };
    return { now, sleep: (ms) => clock.sleep(ms) };
  }

  /** Waits until the run has what it asked for, or is cancelled. */
  async wait(): Promise<void> {
    const { clock, signal } = this.#request;
    let [signs, sleptMs] = [this.#gate.signsOfLife(), 0];
    let waitedMs = 0;
    const wait = new Wait(this.#request, "memory that other programs hold");
    for (;;) {
      const position = this.#gate.position(this.#tenant);
      if (position === 0 || signal.aborted) break;
      wait.goesOn();
      const ms = Math.min(position + Math.floor(waitedMs / WAITED_PART), MAX_WAIT_MS);
      await clock.sleep(ms);
      this.#gate.lives(this.#tenant);
      sleptMs += ms;
      waitedMs += ms;
      // Counted in naps, not by the clock: one that jumps makes nobody silent.
      if (sleptMs < SILENCE_MS) continue;
      this.#gate.dropSilent(signs);
      [signs, sleptMs] = [this.#gate.signsOfLife(), 0];
    }
    if (!signal.aborted) wait.isOver();
  }

  /** Takes `bytes` in all. False where the guest must wait for them; one that cannot wait gets them at once. */
  take(bytes: number, canWait: boolean): boolean {
    if (canWait) return this.#gate.grow(this.#tenant, bytes);
    this.#gate.force(this.#tenant, bytes);
    return true;
  }

  /** The guest's memory is free again. */
  release(): void {
    this.#gate.leave(this.#tenant);
  }
}

/** What the guest begins with, and room for its own texts, which the host copies into it and cannot wait with. */
function startBytes({ files, stdin }: Program): number {
  const chars = Object.values(files).reduce((sum, text) => sum + text.length, stdin.length);
  return ARTIFACT.memoryPages * WASM_PAGE_BYTES + (chars > FREE_CHARS ? 2 * chars : 0);
}

/** Texts that fit into what a fresh guest has free. */
const FREE_CHARS = 100_000;
