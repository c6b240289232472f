/**
 * Only a write finds out that a client has left, and a model may be silent, or think, for minutes: a stream is written to
 * each second. `Request.signal` says it for a connection that was reset alone: to workerd, one that a client closed looks
 * like one that only has nothing more to say.
 */
import type { Clock } from "../domain/ports.ts";

const SIGN_OF_LIFE_MS = 1_000;

/** Calls `write` each second until the answer that `writing` stands for is over. Settles as it does. */
export async function withSignsOfLife(clock: Clock, write: () => unknown, writing: Promise<void>): Promise<void> {
  let isOver = false;
  const signs = async () => {
    for (await clock.sleep(SIGN_OF_LIFE_MS); !isOver; await clock.sleep(SIGN_OF_LIFE_MS)) await write();
  };
  void signs();
  try {
    await writing;
  } finally {
    isOver = true;
  }
}
