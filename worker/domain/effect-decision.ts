/** What somebody decides about an effect, and what an earlier decision says about a later one. Shapes alone. */
import type { ItemPatch } from "./item.ts";

export const DECISIONS = ["pending", "approved", "rejected"] as const;
export type Decision = (typeof DECISIONS)[number];

/** Who did something to the sheet, and when (epoch milliseconds). */
export interface Act {
  readonly by: string;
  readonly at: number;
}

/** What was decided on an earlier sheet, as far as a later one shows it. */
export interface EarlierChoice {
  /** Where it was decided: the run, and the number of the effect there. */
  readonly runId: string;
  readonly number: number;
  readonly decision: Exclude<Decision, "pending">;
  readonly edited: ItemPatch | null;
  readonly decided: Act;
}

/** What an earlier decision makes of a write. */
export interface Remembered {
  readonly choice: EarlierChoice;
  /** What the new sheet begins with: `pending` where too much has changed since to take it for granted. */
  readonly decision: Decision;
  /** New values for fields of the write, as somebody set them before; null for none. */
  readonly edited: ItemPatch | null;
}
