/**
 * Keeps the server's processes together. workerd outlives a launcher that is killed with SIGKILL, and the launcher
 * outlives a killed npm; either would hold the port against the next start.
 */
import { execFileSync, spawn } from "node:child_process";

interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

const POLL_MS = 1_000;

/** Run by the watchdog: waits until the launcher's end of the pipe closes, then ends each workerd. */
const WATCHDOG = `
process.stdin.resume().on("end", () => {
  for (const pid of process.argv.slice(1)) {
    try { process.kill(Number(pid), "SIGKILL"); } catch {}
  }
  process.exit();
});`;

function processes(): ProcessRow[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,command="], { encoding: "utf8" }).trim().split("\n");
  return lines.flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line);
    return match ? [{ pid: Number(match[1]), parent: Number(match[2]), command: match[3]! }] : [];
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Ends each workerd that this process started as soon as this process is gone, however it goes. */
export function endWorkerdWithThisProcess(): void {
  const all = processes().filter(({ parent, command }) => parent === process.pid && command.includes("workerd serve"));
  if (all.length === 0) return;
  const watchdog = spawn(process.execPath, ["-e", WATCHDOG, ...all.map(({ pid }) => String(pid))], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  watchdog.unref();
}

/** Calls `stop` when the npm that started this process is gone. */
export function stopWithNpm(stop: () => void): void {
  if (process.env["npm_lifecycle_event"] === undefined) return;
  const rows = processes();
  const parent = rows.find(({ pid }) => pid === process.ppid);
  // npm starts scripts through a shell, which may or may not have been replaced by this process.
  const npm = parent && /^(?:\S*\/)?(?:sh|bash|dash|zsh)\b/.test(parent.command) ? parent.parent : process.ppid;
  const timer = setInterval(() => {
    if (isAlive(npm)) return;
    clearInterval(timer);
    stop();
  }, POLL_MS);
  timer.unref();
}
