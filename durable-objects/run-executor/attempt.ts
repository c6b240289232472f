/**
 * One attempt at a run, by its kind: what really happens when a lane lets it start. The one place that knows what each
 * kind does; a new kind is a new case here.
 */
import { grantedCapabilities } from "../../worker/capabilities/granted.ts";
import type { Usage } from "../../worker/domain/guest-outcome.ts";
import { LANGUAGE_TABLE } from "../../worker/domain/languages.ts";
import type { Clock } from "../../worker/domain/ports.ts";
import type { Program } from "../../worker/domain/program.ts";
import type { EventStream } from "../../worker/domain/run.ts";
import { infrastructureError } from "../../worker/domain/run-state.ts";
import type { GuestResult } from "../../worker/sandbox/engine.ts";
import { systemFetch } from "../../worker/system-ports.ts";
import type { Env } from "../env.ts";
import { engineFor } from "./engine.ts";
import type { StoredSpec } from "./storage.ts";

/** What came of one attempt. Without a journal where no program ran to an end. */
export type AttemptResult = Pick<GuestResult, "outcome" | "usage"> & Partial<Pick<GuestResult, "journal" | "dropped">>;

export interface AttemptRequest {
  readonly spec: StoredSpec;
  /** The files and the input of a run that has a program. */
  readonly program: () => Program;
  readonly clock: Clock;
  readonly onOutput: (stream: EventStream, text: string) => void;
  readonly signal: AbortSignal;
}

/** Throws only for a fault of ours. */
export type RunAttempt = (request: AttemptRequest) => Promise<AttemptResult>;

export const NO_USAGE: Usage = { fuel: 0, memoryBytes: 0, wallMs: 0, outputBytes: 0, hostCalls: 0 };

const NO_ISSUE_RUNNER =
  "There is no runner for issues yet: the issue was received, put in its repository's line and its turn came, but nothing was planned or changed.";

export function attemptsIn(env: Env): RunAttempt {
  return async ({ spec, program, clock, onOutput, signal }) => {
    switch (spec.kind) {
      case "execution":
        return engineFor(LANGUAGE_TABLE[spec.program.language].engine, env).execute({
          ...{ program: program(), limits: spec.limits, seed: spec.seed, clock, onOutput, signal, replay: null },
          onNotice: (text) => onOutput("system", `${text}\n`),
          capabilities: grantedCapabilities(spec.grants, { fetch: systemFetch }),
        });
      case "issue":
        return {
          outcome: { kind: "threw", error: infrastructureError(NO_ISSUE_RUNNER, "NoRunnerError") },
          usage: NO_USAGE,
        };
    }
  };
}

/** A run that may have reached the world outside is not repeatable: nobody knows what it did before it was lost. */
export function isRepeatable(spec: StoredSpec): boolean {
  return spec.kind !== "execution" || spec.grants.fetch.length === 0;
}
