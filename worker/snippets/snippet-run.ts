/** A snippet that is about to run: the program of a version, with its parameters and with what it may do. */
import { CODE_CAPABILITY_NAMES } from "../capabilities/code/declarations.ts";
import { expandCapabilities } from "../domain/code-grants.ts";
import { fail, type Result, succeed } from "../domain/errors.ts";
import type { Grants } from "../domain/grants.ts";
import type { Limits, Program } from "../domain/program.ts";
import type { SnippetManifest, SnippetRunRequest } from "../domain/snippet.ts";
import { type ParameterValues, readParameters } from "../domain/snippet-parameter.ts";
import type { Database } from "../store/database.ts";
import { loadVersion } from "../store/snippets.ts";

export interface SnippetRun {
  readonly title: string;
  /** Without what it imports. */
  readonly program: Program;
  readonly limits: Limits;
  readonly grants: Grants;
  /** As they were given, checked, and with defaults. */
  readonly parameters: ParameterValues;
}

/** Fails with `not-found`, or with `invalid-request` for parameters that are not those of the version. */
export async function prepareSnippetRun(
  db: Database,
  workspaceId: string,
  name: string,
  {
    version = null,
    parameters: given,
    mode,
  }: Omit<SnippetRunRequest, "version"> & { version?: number | null | undefined },
): Promise<Result<SnippetRun>> {
  const snippet = await loadVersion(db, workspaceId, name, version);
  if (!snippet) return noSnippet(name, version);
  const parameters = readParameters(snippet.parameters, given);
  if (!parameters.ok) return parameters;
  const { language, entry, files, limits, manifest } = snippet;
  // Where a language has no global `context`, a program reads the same from its standard input.
  const program = { language, entry, files, stdin: JSON.stringify(parameters.value), args: [] };
  const grants = grantsOf({ ...manifest, mode: mode ?? manifest.mode }, parameters.value);
  return succeed({ title: `${name}@${snippet.version}`, program, limits, grants, parameters: parameters.value });
}

export function noSnippet(name: string, version: number | null = null) {
  const which = version === null ? "" : ` with a version ${version}`;
  return fail("not-found", `There is no snippet "${name}"${which} in your workspace.`);
}

function grantsOf({ fetch, model, capabilities, writesMax, mode }: SnippetManifest, context: ParameterValues): Grants {
  const { names } = expandCapabilities(capabilities, CODE_CAPABILITY_NAMES);
  return { fetch, model, code: { capabilities: names, writesMax, mode, meetingId: null, context } };
}

/** Patterns of a manifest that name no capability. */
export function unknownCapabilities({ capabilities }: SnippetManifest): readonly string[] {
  return expandCapabilities(capabilities, CODE_CAPABILITY_NAMES).unknown;
}
