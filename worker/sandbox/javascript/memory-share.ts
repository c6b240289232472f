/**
 * One run's place at the gate of the isolate's memory: what a guest takes, and how it waits for it. Each run waits on
 * its own timer, because a Worker must not be woken by what another request does.
 */
import type { Clock } from "../../domain/ports.ts";
import type { Limits, Program } from "../../domain/program.ts";
import type { MemoryGate, Tenant } from "../memory-gate.ts";
import { ARTIFACT } from "./artifact.ts";
import { WASM_PAGE_BYTES } from "./limits.ts";

/** Those at the head of the queue look every millisecond, those behind less often, or looking would be all they do. */
const MAX_WAIT_MS = 50;

export class MemoryShare {
  readonly #gate: MemoryGate;
  readonly #tenant: Tenant;

  constructor(gate: MemoryGate, program: Program, limits: Limits) {
    this.#gate = gate;
    this.#tenant = gate.enter(startBytes(program), limits.memoryBytes);
  }

  /** What the run may come to hold, in bytes. */
  get most(): number {
    return this.#tenant.most;
  }

  /** How long to sleep before looking again, in milliseconds; null where nothing is waited for. */
  get waitMs(): number | null {
    const position = this.#gate.position(this.#tenant);
    return position === 0 ? null : Math.min(position, MAX_WAIT_MS);
  }

  /** Waits until the run may start, or is cancelled. */
  async start(clock: Clock, signal: AbortSignal): Promise<void> {
    for (let ms = this.waitMs; ms !== null && !signal.aborted; ms = this.waitMs) await clock.sleep(ms);
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
