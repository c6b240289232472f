/**
 * A lane's share of its workspace's capacity, as both sides keep it.
 *
 * The workspace raises the revision with every change that it makes, and a lane takes only newer ones: messages may be
 * lost, doubled and late. A lane lowers `slots` by itself as its runs end, down to `target`; the workspace believes it
 * when the lane reports the revision that the workspace gave last. So the slots that lanes hold never add up to more
 * than the capacity.
 */
export interface Allotment {
  /** Runs that may run at once: what the workspace counts as given away. */
  readonly slots: number;
  /** What the lane should come down to: no new run is claimed beyond it. At most `slots`. */
  readonly target: number;
  readonly revision: number;
}

export const NO_ALLOTMENT: Allotment = { slots: 0, target: 0, revision: 0 };

export function isNewer(allotment: Allotment, than: Allotment): boolean {
  return allotment.revision > than.revision;
}
