/** The host calls of an ended run, and what a fork at one of them begins with. Reads the run; changes nothing. */
import type { EffectSheet } from "../../worker/domain/effect-sheet.ts";
import { fail, type Result, succeed } from "../../worker/domain/errors.ts";
import type { ForkRequest, ForkWish, HostCallPage, RecordedAnswer, ShownHostCall } from "../../worker/domain/fork.ts";
import { executeRequestSchema, programOf } from "../../worker/domain/program.ts";
import { type RunSpec, titleOf } from "../../worker/domain/run-spec.ts";
import { check } from "../../worker/domain/validation.ts";
import type { ExecutorStorage, StoredSpec } from "./storage.ts";

export function forkSpec(
  spec: StoredSpec,
  storage: ExecutorStorage,
  sheet: EffectSheet,
  { id, createdBy, agent, call, answer, error, files, without }: ForkWish,
): Result<RunSpec> {
  const journal = storage.journal();
  if (!journal || spec.kind === "issue") {
    return fail("not-replayable", "The run left no journal: its program never came to an end of its own.");
  }
  const { hostCalls, startedAt } = journal;
  const rejected = sheet.entries.find(({ effect }) => effect.number === without)?.effect;
  const at = rejected ? rejected.call + 1 : (call ?? hostCalls.length);
  if (at > hostCalls.length || (call === hostCalls.length && files === undefined)) {
    const message = `must be below ${hostCalls.length}: the run made so many host calls`;
    return fail("invalid-request", `call: ${message}`, [{ path: "call", message }]);
  }
  const { workspaceId, lane, priority, seed, limits, grants } = spec;
  // What is changed is checked as if it had been sent whole.
  const whole = { ...storage.program(), limits, files: { ...storage.program().files, ...files } };
  const changed = check(whole, executeRequestSchema);
  if (!changed.ok) return changed;
  const changedProgram = programOf(changed.value).program;
  // Nor did the program see what was rejected before it ran.
  const unseen = sheet.entries.filter(({ remembered }) => remembered?.decision === "rejected");
  return succeed({
    ...{ kind: "execution", workspaceId, lane, priority, seed },
    ...{ id, createdBy, agent, limits, retryOf: null, expiresAt: null, program: changedProgram },
    // One that was not made from the program, such as a meeting's, stays.
    title: spec.title === titleOf(storage.program()) ? titleOf(changedProgram) : spec.title,
    // Nobody has agreed to what a fork writes.
    grants: grants.code ? { ...grants, code: { ...grants.code, mode: "review" } } : grants,
    fork: {
      ...{ of: spec.id, call: at, answer: given(answer, error), startedAt },
      recorded: hostCalls
        .slice(0, at)
        .map(({ capability, input, answer: known }) => ({ capability, input, answer: known })),
      effects: sheet.entries.map(({ effect }) => effect).filter((effect) => effect.call < at),
      rejected: [
        ...(storage.fork()?.rejected ?? []),
        ...unseen.map(({ effect }) => effect.number),
        ...(rejected ? [rejected.number] : []),
      ],
      decisions: sheet.entries.map(({ effect, decision, edited, decided, remembered }) => ({
        ...{ effect, decision, edited, decided, remembered },
      })),
    },
  });
}

function given(answer: ForkRequest["answer"], error: ForkRequest["error"]): RecordedAnswer | null {
  if (error !== undefined) return { error };
  return answer === undefined ? null : { value: JSON.stringify(answer) };
}

/** Of one text that is shown. A fork has the whole of it. */
const SHOWN_CHARS = 50_000;

/** @param from number of the first, from 0 */
export function hostCallsOf(storage: ExecutorStorage, from: number, count: number): Result<HostCallPage> {
  const journal = storage.journal();
  if (!journal) return fail("not-replayable", "The run left no journal: its program never came to an end of its own.");
  const calls = journal.hostCalls.slice(from, from + count).map(({ capability, input, answer }, i): ShownHostCall => {
    const { line, input: asked } = capability.includes(".") ? JSON.parse(input) : { line: null, input: undefined };
    const shown = asked === undefined ? input : JSON.stringify(asked);
    const cut = answer && "value" in answer ? { value: answer.value.slice(0, SHOWN_CHARS) } : answer;
    return { call: from + i, capability, line, input: shown.slice(0, SHOWN_CHARS), answer: cut };
  });
  return succeed({ calls, total: journal.hostCalls.length });
}
