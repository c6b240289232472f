/**
 * What tools of MCP do. A call of a capability is a run of one line that may call that capability alone, so that its
 * effects, its history and its undo are those of any run.
 */
import { codeRunRequest } from "../../actions/execute-code.ts";
import { startMeetingRun } from "../../actions/process-meetings.ts";
import { executeRun } from "../../actions/start-run.ts";
import { CODE_CAPABILITIES, type CodeCapabilityName } from "../../capabilities/code/declarations.ts";
import { codeExecuteSchema } from "../../domain/code-execution.ts";
import { effectsSummary } from "../../domain/effect-sheet-schema.ts";
import { type Result, succeed } from "../../domain/errors.ts";
import { processingChoiceSchema } from "../../domain/meeting-processing.ts";
import type { RunDetail } from "../../domain/run.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import {
  capabilityOfTool,
  EXECUTE_CODE,
  executeCodeSchema,
  GET_RUN,
  getRunSchema,
  PROCESS_MEETING,
  processMeetingSchema,
  refusedTool,
} from "../../program/mcp-tools.ts";
import { runWithId } from "../run-access.ts";

type Scene = SignedInEnv["Variables"];
type Given = Readonly<Record<string, unknown>>;

export interface ToolAnswer {
  readonly content: readonly { readonly type: "text"; readonly text: string }[];
  readonly structuredContent?: object;
  readonly isError?: true;
}

/** What is known of a call beside what was asked. */
export interface ToolCall {
  /** The same for the same call alone; undefined where nobody can tell. */
  readonly idempotencyKey: string | undefined;
  /** Tells the run that the call has become. */
  readonly began: (runId: string) => void;
}

/** Null where there is no such tool. A call that fails is an answer, too: the model that made it is to read why. */
export async function callTool(scene: Scene, name: string, given: Given, call: ToolCall): Promise<ToolAnswer | null> {
  const capability = capabilityOfTool(name);
  const own = OWN_TOOLS.get(name);
  if (capability === null && own === undefined) return null;
  const refusal = refusedTool(scene.principal, name);
  if (refusal) return failed(refusal.detail);
  const called = own
    ? await own(scene, given, call)
    : await callCapability(scene, capability as CodeCapabilityName, given, call);
  return called.ok ? called.value : failed(called.detail);
}

async function callCapability(
  scene: Scene,
  name: CodeCapabilityName,
  given: Given,
  call: ToolCall,
): Promise<Result<ToolAnswer>> {
  const { meetingId, ...input } = given;
  const { access, input: schema } = CODE_CAPABILITIES[name];
  const checked = check(input, schema);
  if (!checked.ok) return checked;
  const program = {
    ...{ code: `export default await ${name}(context);`, capabilities: [name], context: input, mode: "auto" },
    ...{ writesMax: access === "write" ? 1 : 0, meetingId: meetingId ?? null },
    origins: name === "http.get" ? scene.dependencies.config.allowance.fetch : [],
  };
  const ran = await runProgram(scene, program, call);
  if (!ran.ok) return ran;
  const { result, error, limitReached, runId, state, success, effects } = ran.value;
  if (success) return succeed(answered({ result, runId, effects: effects?.count ?? 0 }));
  return succeed(failed(error ? `${error.name}: ${error.message}` : `The run ${runId} is ${limitReached ?? state}.`));
}

async function executeCode(scene: Scene, given: Given, call: ToolCall): Promise<Result<ToolAnswer>> {
  const asked = check(given, executeCodeSchema);
  if (!asked.ok) return asked;
  const { meetingId = null, ...program } = asked.value;
  const ran = await runProgram(scene, { ...program, meetingId }, call);
  if (!ran.ok) return ran;
  // A run that goes on is no failure: get_run tells how it ended.
  const hasFailed = ran.value.success === false;
  return succeed(hasFailed ? { ...answered(ran.value), isError: true } : answered(ran.value));
}

async function getRun(scene: Scene, given: Given): Promise<Result<ToolAnswer>> {
  const asked = check(given, getRunSchema);
  if (!asked.ok) return asked;
  const run = await runWithId(scene, asked.value.runId);
  if (!run.ok) return run;
  const [detail, sheet] = await Promise.all([run.value.describe(), run.value.effectSheet()]);
  const effects = sheet.ok ? effectsSummary(asked.value.runId, sheet.value) : null;
  return succeed(answered({ ...shownRun(detail!), effects }));
}

/** Often enough for a run of seconds, and seldom enough for one of minutes. */
const LOOK_MS = 1_000;
/** Then the run goes on by itself, and get_run tells how it ended. */
const PROCESSING_LOOKS = 300;

async function processMeeting(scene: Scene, given: Given, { idempotencyKey, began }: ToolCall) {
  const asked = check(given, processMeetingSchema);
  if (!asked.ok) return asked;
  const { meetingId, ...choice } = asked.value;
  const { dependencies, principal } = scene;
  const checked = check(choice, processingChoiceSchema);
  if (!checked.ok) return checked;
  const options = idempotencyKey === undefined ? {} : { idempotencyKey };
  const started = await startMeetingRun(dependencies, principal, meetingId, checked.value, options);
  if (!started.ok) return started;
  let run = started.value;
  began(run.id);
  const executor = dependencies.executor(run.id);
  for (let look = 0; look < PROCESSING_LOOKS && run.finishedAt === null; look++) {
    await dependencies.clock.sleep(LOOK_MS);
    run = (await executor.describe()) ?? run;
  }
  const sheet = await executor.effectSheet();
  const effects = sheet.ok ? effectsSummary(run.id, sheet.value) : null;
  const told = answered({ ...shownRun(run), effects });
  return succeed(run.success === false ? { ...told, isError: true as const } : told);
}

type OwnTool = (scene: Scene, given: Given, call: ToolCall) => Promise<Result<ToolAnswer>>;

const OWN_TOOLS = new Map<string, OwnTool>([
  [EXECUTE_CODE, executeCode],
  [PROCESS_MEETING, processMeeting],
  [GET_RUN, getRun],
]);

async function runProgram(scene: Scene, body: object, { idempotencyKey, began }: ToolCall) {
  const { dependencies, principal } = scene;
  const checked = check(body, codeExecuteSchema);
  if (!checked.ok) return checked;
  const request = await codeRunRequest(dependencies, principal, checked.value);
  if (!request.ok) return request;
  const keyed = { ...request.value, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) };
  const executed = await executeRun(dependencies, principal, keyed, began);
  if (!executed.ok) return executed;
  if (executed.value.type === "accepted") {
    return succeed({ ...shownRun(executed.value.run), stdout: "", stderr: "", effects: null });
  }
  const { run, stdout, stderr } = executed.value.finished;
  const sheet = await dependencies.executor(run.id).effectSheet();
  const effects = sheet.ok ? effectsSummary(run.id, sheet.value) : null;
  return succeed({ ...shownRun(run), stdout, stderr, effects });
}

function shownRun({ id: runId, state, success, result, error, limitReached }: RunDetail) {
  return { runId, state, success, result, error, limitReached };
}

/** The same twice: clients that read no structured content read the text. */
function answered(structuredContent: object): ToolAnswer {
  return { content: [{ type: "text", text: JSON.stringify(structuredContent) }], structuredContent };
}

function failed(text: string): ToolAnswer {
  return { content: [{ type: "text", text }], isError: true };
}
