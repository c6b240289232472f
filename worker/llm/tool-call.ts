/**
 * Reads the tool calls that models write: their input arrives as the text of an object of JSON, in pieces.
 * Invariant: nothing is guessed or mended. What is no object of JSON stays a text, and is told as malformed.
 */
import type { MalformedToolCall, ToolCallPart } from "./provider.ts";

/** Characters of a malformed input that are shown: enough to see what it was meant to be. */
const SHOWN_INPUT_CHARS = 500;

/** Levels of objects and lists: no tool means more, and whoever walks through the input does so recursively. */
const INPUT_DEPTH = 100;

/** A call that is being written. */
export interface ToolCallDraft {
  id: string;
  name: string;
  inputText: string;
}

/** Providers write no input at all for a tool without parameters. */
export function toolCallOf({ id, name, inputText }: ToolCallDraft): ToolCallPart | MalformedToolCall {
  const malformed = (problem: string): MalformedToolCall => ({
    type: "malformed-tool-call",
    ...{ id, name, problem },
    inputText: inputText.slice(0, SHOWN_INPUT_CHARS).toWellFormed(),
  });
  if (name === "") return malformed("The model called a tool without naming it.");
  if (id === "") return malformed(`The call of ${shown(name)} has no id, so that its result could not be told apart.`);
  if (inputText.trim() === "") return { type: "tool-call", id, name, input: {} };
  if (depthOf(inputText) > INPUT_DEPTH) return malformed(`The input of ${shown(name)} is nested too deep.`);
  let input: unknown;
  try {
    input = JSON.parse(inputText);
  } catch {
    return malformed(`The input of ${shown(name)} is not valid JSON, or breaks off (${inputText.length} characters).`);
  }
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    return malformed(`The input of ${shown(name)} is JSON, but no object.`);
  }
  return { type: "tool-call", id, name, input: input as Record<string, unknown> };
}

function shown(name: string): string {
  return `“${name.slice(0, 64)}”`;
}

/** The most brackets that are open at once, outside of strings. Looks at each character once. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const char = json[at]!;
    if (inString && char === "\\") at++;
    else if (char === '"') inString = !inString;
    else if (!inString && (char === "[" || char === "{")) deepest = Math.max(deepest, ++depth);
    else if (!inString && (char === "]" || char === "}")) depth--;
  }
  return deepest;
}
