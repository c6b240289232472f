/** Work of the Python Worker goes on while the host wants it: nobody waits for a run that was cancelled. */
import type { Clock } from "../../domain/ports.ts";
import type { PythonHost } from "./protocol.ts";

/** How often the host is asked whether it still wants what it asked for. */
const WANTED_LOOK_MS = 1_000;

/** Does the work while the host wants it. Null where it does not, or is gone: the work may then go on, unheard. */
export async function whileWanted<T>(
  host: Pick<PythonHost, "isWanted">,
  clock: Clock,
  work: () => Promise<T>,
): Promise<T | null> {
  if (!(await host.isWanted())) return null;
  let isDone = false;
  const done = work().finally(() => {
    isDone = true;
  });
  const unwanted = (async () => {
    do await clock.sleep(WANTED_LOOK_MS);
    while (!isDone && (await isStillWanted(host)));
    return null;
  })();
  return Promise.race([done, unwanted]);
}

/** A host that does not answer has gone down with its object. */
async function isStillWanted(host: Pick<PythonHost, "isWanted">): Promise<boolean> {
  try {
    return await host.isWanted();
  } catch {
    return false;
  }
}
