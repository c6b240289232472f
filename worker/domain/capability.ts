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
  /** Which host call of the run it is, from 0. */
  readonly call: number;
  /** The line of the program's entry that asked, from 1; null where it is not known. */
  readonly line: number | null;
}

/** What is said of a capability: to programs as types, to models as tools, to people as a reference. */
export interface CapabilityDeclaration<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  readonly name: string;
  /** One sentence for the reader of a reference. */
  readonly summary: string;
  readonly input: Input;
  readonly output: Output;
}

/** A capability that programs of code mode call by `entity.verb`. */
export interface CodeCapability<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType>
  extends CapabilityDeclaration<Input, Output> {
  /** Whether it changes anything: a write is an effect, which a person may review. */
  readonly access: "read" | "write";
  /** A line of TypeScript that calls it. */
  readonly example: string;
}

export interface Capability extends CapabilityDeclaration {
  /** Checks the input, does the work, and checks its outcome. @throws CapabilityError for what the program did wrong */
  call(input: unknown, context: CapabilityContext): Promise<JsonValue>;
}

type Implementation<Input extends z.ZodType, Output extends z.ZodType> = (
  input: z.output<Input>,
  context: CapabilityContext,
) => Promise<z.input<Output>>;

export function defineCapability<Input extends z.ZodType, Output extends z.ZodType>({
  implementation,
  ...declared
}: CapabilityDeclaration<Input, Output> & { readonly implementation: Implementation<Input, Output> }): Capability {
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
