/** Makes a run of a program with its manifest: for the API and for MCP alike. */
import { CODE_CAPABILITY_NAMES } from "../capabilities/code/declarations.ts";
import type { Dependencies } from "../dependencies.ts";
import type { CodeExecuteRequest } from "../domain/code-execution.ts";
import { expandCapabilities } from "../domain/code-grants.ts";
import { type FieldError, fail, type Result, succeed } from "../domain/errors.ts";
import { isId } from "../domain/ids.ts";
import type { Principal } from "../domain/principal.ts";
import { programOf } from "../domain/program.ts";
import { findMeeting } from "../store/meetings.ts";
import type { StartRunRequest } from "./start-run.ts";

/** What is to be started; names whatever in the manifest does not exist. */
export async function codeRunRequest(
  dependencies: Dependencies,
  principal: Principal,
  request: CodeExecuteRequest,
): Promise<Result<StartRunRequest>> {
  const { capabilities, writesMax, mode, meetingId, context, origins, ...program } = request;
  const { names, unknown } = expandCapabilities(capabilities, CODE_CAPABILITY_NAMES);
  if (unknown.length > 0) return unknownCapabilities(capabilities, unknown);
  if (meetingId !== null && !(await meetingExists(dependencies, principal, meetingId))) {
    const message = "is no meeting of your workspace";
    return fail("invalid-request", `meetingId: ${message}`, [{ path: "meetingId", message }]);
  }
  const { grants, ...submitted } = programOf({ ...program, language: "typescript" });
  const code = { capabilities: names, writesMax, mode, meetingId, context };
  return succeed({ ...submitted, grants: { ...grants, fetch: origins, code } });
}

function unknownCapabilities(asked: readonly string[], unknown: readonly string[]) {
  const known = `known are ${CODE_CAPABILITY_NAMES.join(", ")}, and all of an entity as in stories.*`;
  const errors = unknown.map(
    (name): FieldError => ({
      path: `capabilities.${asked.indexOf(name)}`,
      message: `${name} is no capability; ${known}`,
    }),
  );
  return fail("invalid-request", `There is no capability ${unknown.join(", ")}; ${known}.`, errors);
}

async function meetingExists({ db }: Dependencies, { workspaceId }: Principal, id: string): Promise<boolean> {
  return isId("mtg", id) && (await findMeeting(db, workspaceId, id)) !== null;
}
