/**
 * Which tool the mock provider calls, and with what. It calls one that the prompt names, or that it must call; the input
 * is made from the tool's schema, so that it fits and is the same each time.
 */
import type { ToolChoice } from "./provider.ts";

export interface OfferedTool {
  readonly name: string;
  /** JSON Schema of an object. */
  readonly schema: Readonly<Record<string, unknown>>;
}

/** Characters of the prompt that become a text of the input. */
const TEXT_CHARS = 200;
/** Deeper schemas get a null: a schema may refer to itself. */
const SCHEMA_DEPTH = 8;

export function toolCallFor(
  prompt: string,
  { tools, choice }: { readonly tools: readonly OfferedTool[]; readonly choice: ToolChoice },
): { readonly name: string; readonly arguments: string } | null {
  if (choice === "none") return null;
  const named = typeof choice === "object" ? tools.find(({ name }) => name === choice.name) : undefined;
  const mentioned = tools.find(({ name }) => prompt.includes(name));
  const tool = named ?? mentioned ?? (choice === "required" ? tools[0] : undefined);
  if (!tool) return null;
  return { name: tool.name, arguments: JSON.stringify(valueOf({ ...tool.schema, type: "object" }, prompt, 0)) };
}

/** A value that the schema takes, as far as its types go. */
function valueOf(schema: unknown, prompt: string, depth: number): unknown {
  if (typeof schema !== "object" || schema === null || depth > SCHEMA_DEPTH) return null;
  const { type, properties, required, items, enum: choices, const: only } = schema as Record<string, unknown>;
  if (only !== undefined) return only;
  if (Array.isArray(choices)) return choices[0];
  switch (Array.isArray(type) ? type[0] : type) {
    case "object": {
      const names = Array.isArray(required) ? required.filter((name) => typeof name === "string") : [];
      const known = (properties ?? {}) as Record<string, unknown>;
      return Object.fromEntries(names.map((name) => [name, valueOf(known[name], prompt, depth + 1)]));
    }
    case "array":
      return [valueOf(items, prompt, depth + 1)];
    case "string":
      return prompt.trim().slice(0, TEXT_CHARS).toWellFormed();
    case "integer":
      return Number(/\d{1,9}/.exec(prompt)?.[0] ?? 1);
    case "number":
      return Number(/\d{1,9}(\.\d{1,9})?/.exec(prompt)?.[0] ?? 1);
    case "boolean":
      return true;
    default:
      return null;
  }
}
