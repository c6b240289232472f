/** What a token needs to have a capability called: its scope follows from whether that reads or writes. */
import { CODE_CAPABILITIES, type CodeCapabilityName } from "../capabilities/code/declarations.ts";
import { type Authority, refusalOf, type Scope } from "../domain/access.ts";
import { type Failure, fail } from "../domain/errors.ts";

export const SCOPE_OF_ACCESS = { read: "items:read", write: "items:write" } as const satisfies Record<string, Scope>;

/** Null where all of them may be called. A name that is no capability grants nothing, so it takes nothing. */
export function refusedCapabilities(authority: Authority, names: readonly string[]): Failure | null {
  for (const name of names) {
    const capability = CODE_CAPABILITIES[name as CodeCapabilityName];
    if (capability === undefined) continue;
    const refusal = refusalOf(authority, { role: "member", scope: SCOPE_OF_ACCESS[capability.access] });
    if (refusal) return fail(refusal.code, `${name} is not allowed. ${refusal.detail}`);
  }
  return null;
}
