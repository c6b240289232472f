/**
 * A capability: a function of the host that a program may call, declared once. Owns the declaration; who grants it and
 * how a guest reaches it are decided elsewhere.
 */
import type * as z from "zod";
import type { JsonValue } from "./guest-outcome.ts";

/** A failure that the program is meant to see, and may catch. Anything else that is thrown stays with the host. */
export class CapabilityError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

export interface CapabilityContext {
  /** Aborted when the program gives the call up, or its run ends. */
  readonly signal: AbortSignal;
  /**
   * Told of each part of an answer, in bytes, when it comes in: what is under way is held in memory, too.
   * @throws CapabilityError where the run has no room for it
   */
  readonly received: (bytes: number) => void;
}

export interface Capability {
  readonly name: string;
  /** One sentence for the reader of a reference. */
  readonly summary: string;
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  /** Checks the input, does the work, and checks its outcome. @throws CapabilityError for what the program did wrong */
  call(input: unknown, context: CapabilityContext): Promise<JsonValue>;
}

interface Declaration<Input extends z.ZodType, Output extends z.ZodType> {
  readonly name: string;
  readonly summary: string;
  readonly input: Input;
  readonly output: Output;
  readonly implementation: (input: z.output<Input>, context: CapabilityContext) => Promise<z.input<Output>>;
}

export function defineCapability<Input extends z.ZodType, Output extends z.ZodType>({
  implementation,
  ...declared
}: Declaration<Input, Output>): Capability {
  return {
    ...declared,
    async call(input, context) {
      const checked = declared.input.safeParse(input);
      if (!checked.success) throw new CapabilityError("TypeError", `${declared.name}: ${describe(checked.error)}`);
      return declared.output.parse(await implementation(checked.data, context)) as JsonValue;
    },
  };
}

const describe = (error: z.ZodError) =>
  error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join(".")}: ${message}`)).join("; ");
