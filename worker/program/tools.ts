/** Capabilities as the tools of tool calling. Owns their names: providers take no dot in one. */
import type { ModelTool } from "../llm/provider.ts";
import { capabilitiesNamed, inputSchemaOf, type JsonSchema, TYPE_NAME } from "./capability-schema.ts";

export interface Tools {
  readonly tools: readonly ModelTool[];
  /** The capability that a tool stands for; null where there is no such tool. */
  readonly nameOf: (toolName: string) => string | null;
}

/** Tools for these capabilities, in the order of their table. @throws for a name that it does not have */
export function renderTools(names: readonly string[]): Tools {
  const capabilities = capabilitiesNamed(names);
  const byTool = new Map(capabilities.map(({ name }) => [toolNameOf(name), name]));
  const tools = capabilities.map((capability) => ({
    name: toolNameOf(capability.name),
    description: capability.summary,
    inputSchema: withoutTypeNames(inputSchemaOf(capability)) as ModelTool["inputSchema"],
  }));
  return { tools, nameOf: (toolName) => byTool.get(toolName) ?? null };
}

/** `stories.findByKey` is the tool `stories_findByKey`. */
export function toolNameOf(capability: string): string {
  return capability.replace(".", "_");
}

function withoutTypeNames(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema, (key, value: unknown) => (key === TYPE_NAME ? undefined : value)));
}
