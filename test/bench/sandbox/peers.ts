/**
 * What people use today to run code, each behind the same bare endpoint: `node peers.ts NAME` serves one of them on a free
 * port and prints it. A program is the body of a POST; its value is the answer. Each run gets a fresh context.
 */
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import vm from "node:vm";

type Run = (code: string) => Promise<unknown>;

/** The parts of the peers that are used here. They are installed beside this file only when it runs. */
interface IsolatedVm {
  readonly Isolate: new (options: {
    memoryLimit: number;
  }) => {
    createContext(): Promise<object>;
    compileScript(code: string): Promise<{ run(context: object, options: object): Promise<unknown> }>;
    dispose(): void;
  };
}
interface QuickJs {
  loadQuickJs(variant: unknown): Promise<{
    runSandboxed(
      use: (sandbox: { evalCode(code: string): Promise<Answer> }) => Promise<Answer>,
      options: object,
    ): Promise<Answer>;
  }>;
}
type Answer = { readonly ok: boolean; readonly data?: unknown; readonly error?: unknown };

const load = <T>(name: string): Promise<T> => import(name);

const MEMORY_MIB = 64;
const TIMEOUT_MS = 10_000;

const PEERS: Record<string, () => Promise<Run>> = {
  nothing: async () => async () => 0,
  "node vm": async () => async (code) => vm.runInNewContext(code, {}, { timeout: TIMEOUT_MS }),
  "isolated-vm": async () => {
    const { default: ivm } = await load<{ default: IsolatedVm }>("isolated-vm");
    return async (code) => {
      const isolate = new ivm.Isolate({ memoryLimit: MEMORY_MIB });
      try {
        const context = await isolate.createContext();
        return await (await isolate.compileScript(code)).run(context, { timeout: TIMEOUT_MS, copy: true });
      } finally {
        isolate.dispose();
      }
    };
  },
  "@sebastianwessel/quickjs": async () => {
    const { loadQuickJs } = await load<QuickJs>("@sebastianwessel/quickjs");
    const { default: variant } = await load<{ default: unknown }>("@jitl/quickjs-ng-wasmfile-release-sync");
    const { runSandboxed } = await loadQuickJs(variant);
    return async (code) => {
      const lines = code.trimEnd().split("\n");
      const last = lines.pop()!;
      const module = [...lines, `export default ${last}`].join("\n");
      const answer = await runSandboxed(async ({ evalCode }) => evalCode(module), { executionTimeout: TIMEOUT_MS });
      if (!answer.ok) throw new Error(JSON.stringify(answer.error));
      return answer.data;
    };
  },
  "spawn node": async () => (code) =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, ["-p", code], { stdio: ["ignore", "pipe", "inherit"] });
      let text = "";
      child.stdout.on("data", (data) => {
        text += data;
      });
      child.on("error", reject);
      child.on("close", () => resolve(Number(text)));
    }),
};

const run = await PEERS[process.argv[2] ?? ""]!();
const server = createServer(async (request, response) => {
  let code = "";
  for await (const chunk of request) code += chunk;
  try {
    response.end(JSON.stringify(await run(code)));
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
