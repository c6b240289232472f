/** A bug that is planted in the product: it takes away something that keeps a promise. */
import type { WorldName } from "./worlds.ts";

export interface Mutant {
  readonly name: string;
  /** In which it must be noticed; `runs` unless it says otherwise. */
  readonly world?: WorldName;
  readonly file: string;
  /** Occurs in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}
