/**
 * Where tests keep their databases: in memory, where the machine has room. To empty them, some hundreds of times, took a
 * third of the time of the tests in workerd: a file that does so for each of 34 tests took 28 s on a disk and 16 s here, on
 * a busy machine. What a killed process wrote is there afterwards as on a disk; no test pulls the plug.
 */
import { existsSync, mkdtempSync, rmSync, statfsSync } from "node:fs";

const MEMORY = "/dev/shm";
/** Several times what all tests at once have been seen to keep. */
const ROOM_BYTES = 2 * 2 ** 30;

/** Of this process, and gone with it. @returns null where there is no such place, or no room in it */
export function memoryFolder(): string | null {
  if (!existsSync(MEMORY)) return null;
  const { bavail, bsize } = statfsSync(MEMORY);
  if (bavail * bsize < ROOM_BYTES) return null;
  const folder = mkdtempSync(`${MEMORY}/runyard-tests-`);
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
