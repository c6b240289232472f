/**
 * A circuit breaker: keeps calls away from a provider that fails, and lets one through now and then to see whether it
 * is back. Pure. One for each provider and key.
 *
 * Every change of state has a new *epoch*. A report on a call that was let through in another epoch changes nothing, so
 * that stragglers of before neither open nor close anything.
 */

export const CIRCUIT = {
  /** It opens at so many faults … */
  faultsToOpen: 5,
  /** … if they are at least this share of the calls that are looked at … */
  faultShareToOpen: 0.5,
  /** … which are the last so many … */
  window: 20,
  /** … within this time: what was longer ago says little of now. */
  windowMs: 60_000,
  /** How long it stays open at first. Each failed probe doubles that … */
  openMs: 15_000,
  /** … up to this: a provider that is back is used again within five minutes. */
  openMsMax: 300_000,
  /** A probe that nobody reports on is given up after this, and another is let through. */
  probeMs: 120_000,
} as const;

/** What a call says of its provider: `ok` answered, whatever it said; `fault` is the provider's own. */
export type CallVerdict = "ok" | "fault" | "nothing";

interface Epoch {
  readonly epoch: number;
}

export interface ClosedCircuit extends Epoch {
  readonly name: "closed";
  /** The last calls, oldest first. Empty where the last ones all went well. */
  readonly calls: readonly { readonly at: number; readonly isFault: boolean }[];
}

export interface OpenCircuit extends Epoch {
  readonly name: "open";
  readonly until: number;
  /** How long it was opened for. */
  readonly openMs: number;
}

export interface HalfOpenCircuit extends Epoch {
  readonly name: "half-open";
  /** When the probe was let through. */
  readonly probeAt: number;
  readonly openMs: number;
}

export type Circuit = ClosedCircuit | OpenCircuit | HalfOpenCircuit;
export const CIRCUIT_NAMES = ["closed", "open", "half-open"] as const satisfies readonly Circuit["name"][];
export type CircuitName = (typeof CIRCUIT_NAMES)[number];

export const NEW_CIRCUIT: ClosedCircuit = { name: "closed", epoch: 0, calls: [] };

export interface Admission {
  readonly circuit: Circuit;
  /** Under which the call is to be reported; null where it may not be made. */
  readonly epoch: number | null;
  /** When to ask again, where it may not be made; epoch ms. */
  readonly retryAt: number | null;
}

/** Until when it lets nothing through, unless a probe ends that sooner; epoch ms. */
export function shutUntil(circuit: OpenCircuit | HalfOpenCircuit): number {
  return circuit.name === "open" ? circuit.until : circuit.probeAt + CIRCUIT.probeMs;
}

/** Whether a call may be made. */
export function admit(circuit: Circuit, now: number): Admission {
  if (circuit.name === "closed") return { circuit, epoch: circuit.epoch, retryAt: null };
  const retryAt = shutUntil(circuit);
  if (now < retryAt) return { circuit, epoch: null, retryAt };
  const epoch = circuit.epoch + 1;
  return { circuit: { name: "half-open", epoch, probeAt: now, openMs: circuit.openMs }, epoch, retryAt: null };
}

/** Takes the report on a call that was let through under `epoch`. Repeats and late ones change nothing. */
export function report(circuit: Circuit, epoch: number, verdict: CallVerdict, now: number): Circuit {
  if (epoch !== circuit.epoch || circuit.name === "open") return circuit;
  if (circuit.name === "half-open") {
    if (verdict === "ok") return { name: "closed", epoch: epoch + 1, calls: [] };
    // A probe that its caller gave up says nothing: the next call is the next probe.
    if (verdict === "nothing") return { name: "open", epoch: epoch + 1, until: now, openMs: circuit.openMs };
    return opened(epoch, Math.min(2 * circuit.openMs, CIRCUIT.openMsMax), now);
  }
  if (verdict === "nothing") return circuit;
  const recent = circuit.calls.filter(({ at }) => at > now - CIRCUIT.windowMs);
  const calls = [...recent, { at: now, isFault: verdict === "fault" }].slice(-CIRCUIT.window);
  const faults = calls.filter(({ isFault }) => isFault).length;
  if (faults === 0) return circuit.calls.length === 0 ? circuit : { ...circuit, calls: [] };
  const opens = faults >= CIRCUIT.faultsToOpen && faults >= calls.length * CIRCUIT.faultShareToOpen;
  return opens && verdict === "fault" ? opened(epoch, CIRCUIT.openMs, now) : { ...circuit, calls };
}

function opened(epoch: number, openMs: number, now: number): OpenCircuit {
  return { name: "open", epoch: epoch + 1, until: now + openMs, openMs };
}
