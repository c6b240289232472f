/**
 * What a run's state, limits and errors are called in sentences. Pure; the places that show them share the words.
 */
import type { LimitName, ProgramError } from "../domain/guest-outcome.ts";
import { LANGUAGE_TABLE } from "../domain/languages.ts";
import type { Limits } from "../domain/program.ts";
import type { RunDetail, RunKind, RunSummary, StepName } from "../domain/run.ts";
import { formatBytes, formatCompact, formatCount, formatDuration } from "./format.ts";

export const STEP_WORDS: Readonly<Record<StepName, string>> = {
  queue: "Wait in lane",
  generate: "Write the program",
  check: "Check types",
  review: "Review by a model",
  execute: "Execute",
  heal: "Mend the program",
  converse: "Call tools",
};

export const LIMIT_WORDS: Readonly<Record<LimitName, string>> = {
  time: "time limit",
  fuel: "fuel limit",
  memory: "memory limit",
  stack: "stack limit",
  output: "output limit",
  "host-calls": "host call limit",
};

export const KIND_WORDS: Readonly<Record<RunKind, string>> = {
  execution: "Program",
  meeting: "Meeting",
  issue: "Issue",
};

/** What a run is made of: its program's language, or what else it is about. */
export function contentLabel({ kind, language }: Pick<RunSummary, "kind" | "language">): string {
  if (language !== null) return LANGUAGE_TABLE[language].label;
  return KIND_WORDS[kind];
}

/** `TypeError: x is not a function`. */
export function errorLine(error: ProgramError): string {
  return error.message ? `${error.name}: ${error.message}` : error.name;
}

/** `main.ts:12:5`, as far as the position is known; null without a file. */
export function errorPosition(error: ProgramError): string | null {
  if (error.file === null) return null;
  return [error.file, error.line, error.line === null ? null : error.column].filter((part) => part !== null).join(":");
}

/** The value of a limit that was reached, in its unit. The stack has no figure of its own. */
export function limitValue(limit: LimitName, limits: Limits): string | null {
  switch (limit) {
    case "time":
      return formatDuration(limits.timeoutMs);
    case "fuel":
      return `${formatCompact(limits.fuel)} units of fuel`;
    case "memory":
      return formatBytes(limits.memoryBytes);
    case "output":
      return formatBytes(limits.outputBytes);
    case "host-calls":
      return `${formatCount(limits.hostCalls)} host calls`;
    case "stack":
      return null;
  }
}

export function limitSentence(limit: LimitName, limits: Limits | null): string {
  const value = limits ? limitValue(limit, limits) : null;
  return `Stopped at its ${LIMIT_WORDS[limit]}${value ? ` of ${value}` : ""}.`;
}

/** A word for an end that its state does not tell from others; null for all others. */
export function endingMark({ error }: Pick<RunSummary, "error">): string | null {
  return (error && ENDING_MARKS[error.name]) ?? null;
}

const ENDING_MARKS: Readonly<Record<string, string>> = {
  QuarantinedError: "Quarantined",
  ExpiredError: "Expired while it waited",
  NoRunnerError: "No runner",
};

const SELF_EXPLAINING = new Set(["QuarantinedError", "NoRunnerError"]);

/** Why the run is where it is, in one sentence; null where the state says it all. */
export function reasonOf(run: RunSummary | RunDetail): string | null {
  const limits = "limits" in run ? run.limits : null;
  switch (run.state) {
    case "queued":
      return "waitingFor" in run && run.waitingFor ? run.waitingFor : "Waiting for its turn.";
    case "running":
    case "succeeded":
      return null;
    case "cancelled":
      return run.startedAt === null ? "Cancelled before it started." : "Cancelled while it ran.";
    case "timed-out":
      if (run.startedAt === null) return "Not started: it waited for as long as it was allowed to.";
      return limitSentence(run.limitReached ?? "time", limits);
    case "failed":
      if (run.limitReached) return limitSentence(run.limitReached, limits);
      if (run.error === null) return "The program did not succeed.";
      // These say what happened, and what to do.
      if (SELF_EXPLAINING.has(run.error.name)) return run.error.message;
      return run.error.category === "infrastructure"
        ? "The run could not be carried out. The program is not at fault; a retry can help."
        : `The program ended with a ${run.error.category} error.`;
  }
}
