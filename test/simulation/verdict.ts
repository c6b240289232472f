/** What comes of a case, whatever it simulates. */
import { InstanceGone } from "./object-host.ts";
import { Violation, type World } from "./world.ts";

export interface Verdict {
  readonly seed: number;
  /** What went wrong; null when nothing did. */
  readonly violation: string | null;
  readonly steps: number;
  /** Names of the faults and parts that took place: what can be taken away. */
  readonly struck: readonly string[];
  readonly trace: readonly string[];
}

export interface CaseOptions {
  /** Names of faults and parts that do not take place. */
  readonly spared?: ReadonlySet<string>;
  readonly isTracing?: boolean;
}

/** Unfolds a case in its world. An error that nobody looks at is a violation. */
export async function verdictOf(
  seed: number,
  world: World,
  unfold: () => Promise<void>,
  close: () => void,
): Promise<Verdict> {
  const unhandled = (error: unknown) => {
    if (!(error instanceof InstanceGone)) world.violate(`nobody looked at an error: ${error}`);
  };
  process.on("unhandledRejection", unhandled);
  let violation: string | null = null;
  try {
    await unfold();
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    violation = error.message;
  } finally {
    process.off("unhandledRejection", unhandled);
    close();
  }
  return { seed, violation, steps: world.steps, struck: world.fate.struck, trace: world.trace };
}
