/** Describes whatever was thrown, as JSON text for the host, which trusts none of it. */
import { errorHead, inspect } from "./inspect.ts";
import { framesOf } from "./stack.ts";

const MAX_CHARS = 20_000;

const cut = (text: string) => (text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text);

/** `{ name, message, stack }`; the stack is the engine's own, whatever the program made of it, and null where there is none. Getters of the thrown value may run. */
export function describeFailure(thrown: unknown): string {
  if (!(thrown instanceof Error)) {
    const message = typeof thrown === "string" ? thrown : inspect(thrown);
    return JSON.stringify({ name: "Error", message: cut(message), stack: null });
  }
  const name = thrown.name === "Error" ? errorHead(thrown).split(":", 1)[0]! : String(thrown.name);
  const stack = framesOf(thrown);
  return JSON.stringify({ name: cut(name), message: cut(message(thrown)), stack: stack === null ? null : cut(stack) });
}

function message(error: Error): string {
  const own = String(error.message);
  if (error instanceof AggregateError) {
    return [own, ...error.errors.map((inner: unknown) => `- ${brief(inner)}`)].filter((line) => line !== "").join("\n");
  }
  return error.cause === undefined ? own : `${own} (cause: ${brief(error.cause)})`;
}

const brief = (value: unknown) => (value instanceof Error ? errorHead(value) : inspect(value, { depth: 1 }));
