/**
 * The zod schemas of a capability as JSON Schema: what both the TypeScript declarations and the tools are written from.
 */
import * as z from "zod";
import {
  actionItemSchema,
  blockerSchema,
  CODE_CAPABILITIES,
  CODE_CAPABILITY_NAMES,
  decisionSchema,
  quotedSchema,
  storySchema,
} from "../capabilities/code/declarations.ts";
import type { CodeCapability } from "../domain/capability.ts";
import { evidenceSchema } from "../domain/evidence.ts";

/** As much of JSON Schema as zod writes for capabilities. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly format?: string;
  readonly pattern?: string;
  /** The name under which declarations write the schema once. */
  readonly [TYPE_NAME]?: string;
}

export const TYPE_NAME = "x-type-name";

/** What declarations give a name to, so that it is written once. */
const NAMED_TYPES = new Map<z.core.$ZodType, string>([
  [evidenceSchema, "Evidence"],
  [quotedSchema, "Quoted"],
  [storySchema, "Story"],
  [blockerSchema, "Blocker"],
  [actionItemSchema, "ActionItem"],
  [decisionSchema, "Decision"],
]);

/** What a caller gives. */
export function inputSchemaOf({ input }: CodeCapability): JsonSchema {
  return converted(input, "input");
}

/** What a caller gets. */
export function outputSchemaOf({ output }: CodeCapability): JsonSchema {
  return converted(output, "output");
}

function converted(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  const { $schema: _, ...written } = z.toJSONSchema(schema, {
    io,
    override({ zodSchema, jsonSchema }) {
      const name = NAMED_TYPES.get(zodSchema);
      if (name !== undefined) Object.assign(jsonSchema, { [TYPE_NAME]: name });
      // A bound that is JavaScript's own says nothing, and the pattern of a format says again what its name says.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
    },
  });
  return written as JsonSchema;
}

/** The rows of these capabilities, in the order of the table. @throws for a name that it does not have */
export function capabilitiesNamed(names: readonly string[]): readonly CodeCapability[] {
  const unknown = names.find((name) => !Object.hasOwn(CODE_CAPABILITIES, name));
  if (unknown !== undefined) throw new Error(`There is no capability ${unknown}`);
  return CODE_CAPABILITY_NAMES.filter((name) => names.includes(name)).map((name) => CODE_CAPABILITIES[name]);
}
