/** Capabilities as people read them: what a page of reference shows, from the same table as everything else. */
import { CODE_CAPABILITY_NAMES } from "../capabilities/code/declarations.ts";
import type { CapabilityReference, ShownCapability } from "../domain/capability-reference.ts";
import { SCOPE_OF_ACCESS } from "./capability-access.ts";
import { inputSchemaOf, type JsonSchema } from "./capability-schema.ts";
import { typedCapabilities } from "./declarations.ts";

export function capabilityReference(): CapabilityReference {
  const { types, capabilities } = typedCapabilities(CODE_CAPABILITY_NAMES);
  const shown = capabilities.map(({ capability, signature }): ShownCapability => {
    const { name, summary, access, example } = capability;
    return { name, summary, access, example, signature, scope: SCOPE_OF_ACCESS[access], limits: limitsOf(capability) };
  });
  return { types, capabilities: shown };
}

function limitsOf(capability: Parameters<typeof inputSchemaOf>[0]): string[] {
  return Object.entries(inputSchemaOf(capability).properties ?? {}).flatMap(([name, schema]) => {
    const bound = boundOf(schema);
    return bound === null ? [] : [`${name}: ${bound}`];
  });
}

/** Null for what its type says already. Of a choice, the first that has a bound: the others are null. */
function boundOf(schema: JsonSchema): string | null {
  const { anyOf, minLength = 0, maxLength, minimum, maximum, format, pattern } = schema;
  if (anyOf) return anyOf.map(boundOf).find((bound) => bound !== null) ?? null;
  if (format === "date") return "YYYY-MM-DD";
  if (pattern !== undefined) return `must match ${pattern}`;
  if (maxLength !== undefined) return `${minLength > 0 ? `${minLength} to ` : "at most "}${maxLength} characters`;
  if (maximum !== undefined) return `${minimum ?? 0} to ${maximum}`;
  return minimum === undefined ? null : `${minimum} or more`;
}
