/** What others may ask of a workspace's gate to other services. */
import type { CallLimits, CircuitView, LimitedService } from "../../worker/domain/call-limits.ts";
import type { CallVerdict } from "../../worker/domain/circuit.ts";

export type GateAnswer =
  /** The call may be made, after this wait; it is reported under the epoch. */
  | { readonly type: "admitted"; readonly epoch: number; readonly waitMs: number }
  | { readonly type: "over-limit" | "circuit-open"; readonly retryInMs: number };

export interface GateState {
  readonly limits: CallLimits;
  readonly circuits: readonly CircuitView[];
}

/** A provider by one of its keys: what a circuit breaker stands for. */
export interface CircuitAddress {
  readonly service: LimitedService;
  readonly keyId: string;
}

export interface CallGateRpc {
  /** Takes a token, or the promise of one. `workspaceId` is this object's own. Repeats count as calls of their own. */
  admit(address: CircuitAddress): Promise<GateAnswer>;
  /** What came of a call that was let through. Repeats and late ones change nothing once the circuit has changed. */
  report(address: CircuitAddress, epoch: number, verdict: CallVerdict): Promise<void>;
  /** A call is being recorded that does not come through this gate: the record is swept nevertheless. */
  keepsRecord(): Promise<void>;
  describe(): Promise<GateState>;
  limit(limits: CallLimits): Promise<void>;
  /** A deleted key's breaker is not needed any more. */
  forget(keyId: string): Promise<void>;
}
