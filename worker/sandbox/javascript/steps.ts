/**
 * Work of the host that is long and cannot be suspended, as steps between which others may have a turn. What comes of it
 * does not depend on who does what between two steps.
 */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Does all steps without a pause. @throws what the work throws */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
