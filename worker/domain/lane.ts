/**
 * Lanes: the queues that runs join. A repository's lane runs one run at a time, always; the lane of a person or a
 * token runs several side by side.
 */

/** How urgent a run is, the most urgent first: a lane takes its runs in this order, as far as their waiting allows. */
export const PRIORITIES = ["urgent", "high", "normal", "low"] as const;
export type Priority = (typeof PRIORITIES)[number];

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

const REPOSITORY = "repository:";

/** What a repository may be called in the name of its lane. */
export const REPOSITORY_KEY = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

export function repositoryLane(key: string): string {
  return REPOSITORY + key;
}

/** The key of the repository whose lane it is; null for the lane of a person or a token. */
export function repositoryOf(lane: string): string | null {
  return lane.startsWith(REPOSITORY) ? lane.slice(REPOSITORY.length) : null;
}

export function laneConcurrency(lane: string): number {
  return lane.startsWith(REPOSITORY) ? 1 : PERSONAL_LANE_CONCURRENCY;
}

/** Name of the lane's queue object: lanes of two workspaces never share one. */
export function laneObjectName(workspaceId: string, lane: string): string {
  return `${workspaceId}/${lane}`;
}
