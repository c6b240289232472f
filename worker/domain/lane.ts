/**
 * Lanes: the queues that runs join. A repository's lane runs one run at a time, always; the lane of a person or a
 * token runs several side by side.
 */

/** Runs at once in the lane of a person or a token. */
export const PERSONAL_LANE_CONCURRENCY = 20;
/** Runs that may wait in one lane: bounds the object's memory and the longest wait. */
export const LANE_WAITING_MAX = 10_000;

export function personLane(userId: string): string {
  return `person:${userId}`;
}

export function tokenLane(tokenId: string): string {
  return `token:${tokenId}`;
}

export function laneConcurrency(lane: string): number {
  return lane.startsWith("repository:") ? 1 : PERSONAL_LANE_CONCURRENCY;
}

/** Name of the lane's queue object: lanes of two workspaces never share one. */
export function laneObjectName(workspaceId: string, lane: string): string {
  return `${workspaceId}/${lane}`;
}
