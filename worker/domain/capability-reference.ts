/** What a page shows of the capabilities that programs may call. */
import type { Scope } from "./access.ts";
import type { CodeCapability } from "./capability.ts";

export interface ShownCapability extends Pick<CodeCapability, "name" | "summary" | "access" | "example"> {
  /** In TypeScript, with the named types of the reference. */
  readonly signature: string;
  /** What a token needs. */
  readonly scope: Scope;
  /** Bounds of fields of the input, a sentence each. */
  readonly limits: readonly string[];
}

export interface CapabilityReference {
  /** Declarations of the types that signatures name. */
  readonly types: readonly string[];
  readonly capabilities: readonly ShownCapability[];
}
