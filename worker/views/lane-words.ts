/** What lanes are called, and where the board shows them. Pure. */
import { repositoryOf } from "../domain/lane.ts";

/** So much of an id tells two lanes of one page apart. */
const TAIL_CHARS = 4;

/** `api-web` for a repository; `person …3f2a` for the lane of a person. */
export function laneLabel(lane: string): string {
  const repository = repositoryOf(lane);
  if (repository !== null) return repository;
  const [kind, id = ""] = lane.split(":", 2);
  return `${kind} …${id.slice(-TAIL_CHARS)}`;
}

/** The board, of one lane or of all. */
export function queueHref(lane: string | null, query: Readonly<Record<string, string>> = {}): string {
  const text = new URLSearchParams({ ...(lane === null ? {} : { lane }), ...query }).toString();
  return text === "" ? "/queue" : `/queue?${text}`;
}
