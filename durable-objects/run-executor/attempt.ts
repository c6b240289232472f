/**
 * One attempt at a run, by its kind: what really happens when a lane lets it start. The one place that knows what each
 * kind does; a new kind is a new case here.
 */
import { grantedCapabilities } from "../../worker/capabilities/granted.ts";
import { withRecordedAnswers } from "../../worker/capabilities/recorded.ts";
import { succeed } from "../../worker/domain/errors.ts";
import { LANGUAGE_TABLE } from "../../worker/domain/languages.ts";
import type { Clock } from "../../worker/domain/ports.ts";
import { phaseUnderWay } from "../../worker/domain/processing-steps.ts";
import { infrastructureError } from "../../worker/domain/run-state.ts";
import type { Env } from "../env.ts";
import { NO_USAGE, type RunAttempt } from "./attempt-port.ts";
import type { CodeMode } from "./code-mode.ts";
import { engineFor } from "./engine.ts";
import { attemptMeeting, type MeetingPorts } from "./meeting-attempt.ts";
import type { ModelCalls } from "./model-calls.ts";
import { programNetwork } from "./program-network.ts";
import { receiptOf } from "./program-receipt.ts";

const NO_ISSUE_RUNNER =
  "There is no runner for issues yet: the issue was received, put in its repository's line and its turn came, but nothing was planned or changed.";

/** A fork's clock begins when that of the other run did. */
function clockFrom(startedAt: number, clock: Clock): Clock {
  const ahead = clock.now() - startedAt;
  return { now: () => clock.now() - ahead, sleep: (ms) => clock.sleep(ms) };
}

export interface AttemptParts {
  /** How a run to which that is granted asks models. */
  readonly models: ModelCalls;
  /** What a program of code mode reads and writes. */
  readonly code: CodeMode;
  /** What the processing of a meeting keeps, and whom it asks. */
  readonly meetings: Pick<MeetingPorts, "storage" | "provider" | "putProgram">;
}

export function attemptsIn(env: Env, { models, code, meetings }: AttemptParts): RunAttempt {
  return async (request) => {
    const { spec, program, fork, clock, onOutput, signal } = request;
    switch (spec.kind) {
      case "meeting": {
        const engine = engineFor(LANGUAGE_TABLE[spec.program.language].engine, env);
        const say = (sentence: string) => onOutput("system", `${sentence}\n`, phaseUnderWay(meetings.storage.phases));
        const { clock: waitingClock, waiting } = models.begin(say);
        const provider = async (name: string) => {
          const found = await meetings.provider(name);
          return found.ok ? succeed(waiting(found.value)) : found;
        };
        const ports = { ...meetings, provider, code, engine, checker: env.CHECKER, waitingClock };
        return attemptMeeting(ports, { ...request, spec });
      }
      case "execution": {
        const fetch = programNetwork(spec.grants, env);
        const { generate, clock: programClock } = models.begin((sentence) => onOutput("system", `${sentence}\n`));
        const [ran, forked] = [program(), fork()];
        const desk = spec.grants.code ? code.begin(spec.grants.code, fetch, { fork: forked }) : null;
        const capabilities = [...grantedCapabilities(spec.grants, { fetch, generate }), ...(desk?.capabilities ?? [])];
        const runClock = spec.grants.model ? programClock : clock;
        const engine = engineFor(LANGUAGE_TABLE[spec.program.language].engine, env);
        const execution = engine.execute({
          ...{ program: ran, limits: spec.limits, seed: spec.seed, onOutput, signal, replay: null },
          clock: forked ? clockFrom(forked.startedAt, runClock) : runClock,
          onNotice: (text) => onOutput("system", `${text}\n`),
          context: spec.grants.code?.context,
          capabilities: forked
            ? withRecordedAnswers(capabilities, forked, desk?.onRecorded ?? (async () => {}))
            : capabilities,
        });
        const result = await execution.finally(() => code.store());
        const receipt = await receiptOf(ran.files, result);
        const { spending } = models;
        return { ...result, receipt, usage: spending ? { ...result.usage, models: spending } : result.usage };
      }
      case "issue":
        return {
          outcome: { kind: "threw", error: infrastructureError(NO_ISSUE_RUNNER, "NoRunnerError") },
          usage: NO_USAGE,
        };
    }
  };
}
