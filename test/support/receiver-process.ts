/** The receiver of webhooks (ledger-receiver.ts) as its own process, for tests that start it and for those in workerd. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { type LedgerLine, readLedger } from "./ledger-receiver.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface ReceiverProcess {
  readonly url: string;
  /** What it has accepted, from the first on. */
  read(): LedgerLine[];
  stop(): Promise<void>;
}

/** @param flags as ledger-receiver.ts takes them */
export async function startReceiverProcess(flags: readonly string[] = []): Promise<ReceiverProcess> {
  const folder = mkdtempSync(join(tmpdir(), "runyard-receiver-"));
  const ledger = join(folder, "ledger.jsonl");
  const child = spawn(join(ROOT, "node_modules/.bin/node"), ["test/support/ledger-receiver.ts", ledger, ...flags], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await firstLine(child);
  return {
    url,
    read: () => readLedger(ledger),
    stop: async () => {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill();
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    child.once("exit", (code) => reject(new Error(`the receiver exited with ${code}`)));
    child.stdout?.on("data", (data) => {
      said += String(data);
      if (said.includes("\n")) resolve(said.split("\n")[0]!);
    });
  });
}

/** One receiver for all tests in workerd: each uses a name of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const receiver = await startReceiverProcess();
  project.provide("receiverUrl", receiver.url);
  return () => receiver.stop();
}
