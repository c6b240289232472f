/**
 * A provider that is asked only when the workspace's gate lets the call through: within its limit of calls a minute, and
 * while its circuit is closed. Each attempt is a call; what came of it goes back to the gate.
 */
import type { CallVerdict } from "../domain/circuit.ts";
import type { Clock } from "../domain/ports.ts";
import { ModelError, type ModelErrorReason, type ModelEvent, type Provider } from "./provider.ts";
import { sleepUnlessAborted } from "./retry.ts";

export type GateAnswer =
  | { readonly type: "admitted"; readonly epoch: number; readonly waitMs: number }
  | { readonly type: "over-limit" | "circuit-open"; readonly retryInMs: number };

export interface Gate {
  admit(): Promise<GateAnswer>;
  /** Is not waited for. */
  report(epoch: number, verdict: CallVerdict): void;
}

/** The provider's own faults. What it answers, a refusal included, shows that it is there. */
const FAULTS: readonly ModelErrorReason[] = ["overloaded", "unreachable", "timed-out", "cut-off"];

/** Above this a wait is told, with its reason; below nobody would have read it. */
const TOLD_WAIT_MS = 250;

export function withGate(provider: Provider, gate: Gate, clock: Clock, label: string): Provider {
  return {
    ...provider,
    async *stream(request): AsyncGenerator<ModelEvent> {
      const answer = await gate.admit();
      if (answer.type !== "admitted") throw refusal(answer, label);
      let verdict: CallVerdict = "nothing";
      try {
        if (answer.waitMs >= TOLD_WAIT_MS) {
          const message = `Waiting ${secondsOf(answer.waitMs)} s for the rate limit of ${label}.`;
          yield { type: "wait", waitMs: answer.waitMs, message };
        }
        await sleepUnlessAborted(answer.waitMs, clock, request.signal);
        if (request.signal.aborted) throw new ModelError("aborted", "The request was cancelled.");
        for await (const event of provider.stream(request)) {
          // An answer that its reader leaves was on its way.
          verdict = "ok";
          yield event;
        }
      } catch (error) {
        if (error instanceof ModelError) verdict = verdictOf(error.reason);
        throw error;
      } finally {
        gate.report(answer.epoch, verdict);
      }
    },
  };
}

function verdictOf(reason: ModelErrorReason): CallVerdict {
  if (reason === "aborted") return "nothing";
  return FAULTS.includes(reason) ? "fault" : "ok";
}

function refusal({ type, retryInMs }: Exclude<GateAnswer, { type: "admitted" }>, label: string): ModelError {
  const seconds = secondsOf(retryInMs);
  return type === "over-limit"
    ? new ModelError(type, `The workspace's limit of calls to ${label} is used up for ${seconds} s. Try again then.`)
    : new ModelError(type, `Calls to ${label} failed several times; it is not asked for another ${seconds} s.`);
}

function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}
