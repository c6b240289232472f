/**
 * The product as its own process, as `npm start` runs it, so that tests can kill it. Builds nothing: `npm test` built
 * it before.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Credentials } from "../../../scripts/credentials.ts";
import { assertKeptSecret } from "../canaries.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
/** Starting takes a second or two, and much longer where a machine is busy with other things. */
const START_TIMEOUT_MS = 180_000;
/** workerd goes a moment after its launcher. */
const PORT_FREE_TIMEOUT_MS = 30_000;
/**
 * Below those that connections take for their own end: between a kill and the next start the port belongs to nobody, and
 * any connection of this machine could have it.
 */
const PORTS = { first: 20_000, last: 32_000 };

export interface ProductOptions {
  readonly variables?: Readonly<Record<string, string>>;
  /** Whether all of its processes can be killed at the same instant: {@link Product.killGroup}. */
  readonly isGroup?: boolean;
}

/** Where a product is served and keeps its state. */
export interface ProductPlace {
  readonly url: string;
  readonly stateFolder: string;
}

/** What tests do with a product that runs, whoever started it. */
export class ProductClient implements ProductPlace {
  readonly url: string;
  readonly stateFolder: string;

  constructor({ url, stateFolder }: ProductPlace) {
    this.url = url;
    this.stateFolder = stateFolder;
  }

  get credentials(): Credentials {
    return JSON.parse(readFileSync(join(this.stateFolder, "credentials.json"), "utf8"));
  }

  async api(path: string, body?: object, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.url + path, {
      method: body ? "POST" : "GET",
      headers: {
        authorization: `Bearer ${this.credentials.apiToken}`,
        ...(body ? { "content-type": "application/json" } : {}),
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  }
}

export class Product extends ProductClient {
  readonly #port: number;
  readonly #variables: Readonly<Record<string, string>>;
  readonly #isGroup: boolean;
  #process: ChildProcess | null = null;
  #said = "";
  /** What it had written before it was last started. */
  #saidBefore = "";

  private constructor(port: number, { variables = {}, isGroup = false }: ProductOptions) {
    super({ url: `http://127.0.0.1:${port}`, stateFolder: mkdtempSync(join(tmpdir(), "runyard-test-")) });
    this.#port = port;
    this.#variables = variables;
    this.#isGroup = isGroup;
    // A group of its own hears of no Ctrl+C and of no end of whoever started it.
    if (isGroup) process.once("exit", () => this.#process && signalGroup(this.#process, "SIGKILL"));
  }

  static async start(options: ProductOptions = {}): Promise<Product> {
    const product = new Product(await freePort(), options);
    await product.start();
    return product;
  }

  /** What it has written since it was last started. */
  get said(): string {
    return this.#said;
  }

  async start(): Promise<void> {
    const { npm_lifecycle_event, ...environment } = process.env;
    const child = spawn(join(ROOT, "node_modules/.bin/node"), ["scripts/start.ts", "--no-build"], {
      cwd: ROOT,
      env: {
        ...environment,
        PORT: String(this.#port),
        RUNYARD_STATE: this.stateFolder,
        LOG_LEVEL: "error",
        ...this.#variables,
      },
      stdio: ["ignore", "pipe", "pipe"],
      detached: this.#isGroup,
    });
    this.#process = child;
    this.#saidBefore += this.#said;
    this.#said = "";
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the server did not start: ${this.#said}`)), START_TIMEOUT_MS);
      const settle = (end: () => void) => {
        clearTimeout(timer);
        end();
      };
      child.on("exit", (code) => settle(() => reject(new Error(`the server exited with ${code}: ${this.#said}`))));
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on("data", (data) => {
          if (child !== this.#process) return;
          this.#said += String(data);
          if (this.#said.includes("Runyard serves")) settle(resolve);
        });
      }
    });
  }

  /** As a power cut would: nobody gets to tidy up. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** The launcher and workerd at the same instant. It may be killed while it starts, too. */
  async killGroup(): Promise<void> {
    await this.#end("SIGKILL", true);
  }

  /** Ends it in order, and keeps its folder. */
  async halt(): Promise<void> {
    await this.#end("SIGTERM");
  }

  /** Ends it, and searches what it stored and logged for secrets that must not be there. */
  async stop(): Promise<void> {
    await this.halt();
    const { apiToken, signInUrl } = this.credentials;
    const link = signInUrl.split("/").at(-1)!;
    const own = [
      ["its first token", apiToken],
      ["its sign-in link", link],
    ] as const;
    assertKeptSecret(this.stateFolder, this.#saidBefore + this.#said, new Map(own));
    rmSync(this.stateFolder, { recursive: true, force: true });
  }

  async #end(signal: "SIGKILL" | "SIGTERM", isWholeGroup = false): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    if (isWholeGroup) signalGroup(child, signal);
    else child.kill(signal);
    await gone;
    for (const since = Date.now(); !(await isFree(this.#port)); ) {
      if (Date.now() - since > PORT_FREE_TIMEOUT_MS) throw new Error(`port ${this.#port} is still taken after the end`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

function signalGroup({ pid }: ChildProcess, signal: "SIGKILL" | "SIGTERM"): void {
  try {
    process.kill(-pid!, signal);
  } catch {
    // It has ended.
  }
}

async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.first + Math.floor(Math.random() * (PORTS.last - PORTS.first));
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
