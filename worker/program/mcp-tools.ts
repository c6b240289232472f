/**
 * Tools as MCP lists them: one for each capability, and those of our own, which run a program, process a meeting and look at a run. Owns what
 * is said of them and which scope each takes; what they do is in routes/mcp.
 */
import * as z from "zod";
import { CODE_CAPABILITY_NAMES } from "../capabilities/code/declarations.ts";
import { type Authority, refusalOf, type Scope } from "../domain/access.ts";
import { manifestSchema } from "../domain/code-grants.ts";
import type { Failure } from "../domain/errors.ts";
import { PROCESSING_VERSIONS } from "../domain/meeting-processing.ts";
import { refusedCapabilities } from "./capability-access.ts";
import { capabilitiesNamed, type JsonSchema } from "./capability-schema.ts";
import { renderDeclarations } from "./declarations.ts";
import { renderTools } from "./tools.ts";

export interface McpTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: object;
  readonly annotations: { readonly readOnlyHint: boolean; readonly openWorldHint: boolean };
}

const { tools: CAPABILITY_TOOLS, nameOf } = renderTools(CODE_CAPABILITY_NAMES);

/** The capability that a tool stands for; null for our own tools, and where there is no such tool. */
export const capabilityOfTool = nameOf;

const meetingId = z.string().max(60).optional().describe("Id of the meeting that this is about");

export const EXECUTE_CODE = "execute_code";
export const executeCodeSchema = z.strictObject({
  code: z.string().describe("A TypeScript module. The value of `export default` is its result"),
  capabilities: manifestSchema.shape.capabilities.describe("What it may call, such as stories.update or stories.*"),
  mode: manifestSchema.shape.mode.describe("review: writes wait until a person has approved them. auto: at once"),
  writesMax: manifestSchema.shape.writesMax.describe("Writes that it may ask for at most"),
  context: manifestSchema.shape.context.describe("What the program finds as the global `context`"),
  meetingId,
});

export const PROCESS_MEETING = "process_meeting";
export const processMeetingSchema = z.strictObject({
  meetingId: z.string().max(60),
  version: z
    .enum([...PROCESSING_VERSIONS, "auto"])
    .optional()
    .describe("v2: by one program. v1: by tool calls. auto: as the workspace has set"),
  mode: manifestSchema.shape.mode.describe("review: writes wait until a person has approved them. auto: at once"),
});

export const GET_RUN = "get_run";
export const getRunSchema = z.strictObject({ runId: z.string().max(60) });

const OWN_TOOLS: readonly {
  readonly name: string;
  readonly scope: Scope;
  readonly input: z.ZodType;
  readonly readOnly: boolean;
  readonly description: (callable: readonly string[]) => string;
}[] = [
  {
    ...{ name: EXECUTE_CODE, scope: "code:run", input: executeCodeSchema, readOnly: false },
    description: (callable) =>
      `Runs a TypeScript program that calls capabilities: one call instead of many. It can call, where capabilities names them:\n\n${renderDeclarations(callable)}`,
  },
  {
    ...{ name: PROCESS_MEETING, scope: "code:run", input: processMeetingSchema, readOnly: false },
    description: () =>
      "Has a meeting processed by the workspace's model: stories are updated, blockers, action items and decisions are created. Takes some minutes.",
  },
  {
    ...{ name: GET_RUN, scope: "runs:read", input: getRunSchema, readOnly: true },
    description: () => "How a run ended: its result, its error, and what became of its writes.",
  },
];

/** Why somebody may not call a tool; null where they may, and for tools that there are not. */
export function refusedTool(authority: Authority, name: string): Failure | null {
  const own = OWN_TOOLS.find((tool) => tool.name === name);
  if (own) return refusalOf(authority, { role: "member", scope: own.scope });
  const capability = capabilityOfTool(name);
  return capability === null ? null : refusedCapabilities(authority, [capability]);
}

/**
 * The tools that somebody may call, in the order of their table.
 * @param hasOrigins whether programs may reach anything outside: else there is nothing to get
 */
export function mcpTools(authority: Authority, hasOrigins: boolean): readonly McpTool[] {
  const mayCall = (tool: string) => refusedTool(authority, tool) === null;
  const callable = CAPABILITY_TOOLS.filter(({ name }) => mayCall(name) && (hasOrigins || nameOf(name) !== "http.get"));
  const names = callable.map(({ name }) => nameOf(name)!);
  const accessOf = new Map(capabilitiesNamed(names).map(({ name, access }) => [name, access]));
  const forCapabilities = callable.map(({ name: tool, description, inputSchema }): McpTool => {
    const name = nameOf(tool)!;
    return {
      ...{ name: tool, description, inputSchema: withMeeting(name, inputSchema) },
      annotations: { readOnlyHint: accessOf.get(name) === "read", openWorldHint: name === "http.get" },
    };
  });
  const own = OWN_TOOLS.filter(({ name }) => mayCall(name)).map(
    ({ name, description, input, readOnly }): McpTool => ({
      ...{ name, description: description(names), inputSchema: schemaOf(input) },
      annotations: { readOnlyHint: readOnly, openWorldHint: false },
    }),
  );
  return [...forCapabilities, ...own];
}

/** Whether a call may say which meeting it is about: to read that, or to quote it. */
export function isAboutMeeting(capability: string, inputSchema: JsonSchema): boolean {
  return capability.startsWith("meetings.") || inputSchema.properties?.["evidence"] !== undefined;
}

function withMeeting(capability: string, inputSchema: JsonSchema): object {
  if (!isAboutMeeting(capability, inputSchema)) return inputSchema;
  return { ...inputSchema, properties: { ...inputSchema.properties, meetingId: schemaOf(meetingId) } };
}

function schemaOf(input: z.ZodType): object {
  const { $schema: _, ...schema } = z.toJSONSchema(input, { io: "input", unrepresentable: "any" });
  return schema;
}
