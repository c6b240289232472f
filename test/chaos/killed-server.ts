/** The product as its own group of processes, killed and started again; knows when it died and when it answered again. */
import { setTimeout as sleep } from "node:timers/promises";
import { addPeople } from "../support/product/people.ts";
import { Product } from "../support/product/server-process.ts";

const POLL_MS = 10;
/** A probe that takes longer is given up: the next one may be faster. */
const PROBE_TIMEOUT_MS = 2_000;

/** What it is told so that a campaign need not wait: a person would set longer times. */
const VARIABLES = {
  LOG_LEVEL: "warn",
  RUNYARD_ISSUE_QUIET_SECONDS: "0",
  RUNYARD_WEBHOOK_PRIVATE_RECEIVERS: "allow",
  RUNYARD_WEBHOOK_RETRY_SECONDS: "1,1,1,2,2,2,5,5,5",
};

export class KilledServer {
  readonly product: Product;
  readonly tokens: readonly string[];
  kills = 0;
  /** When it was killed, or had ended in order, each time: whatever ran in it did not outlive that. */
  readonly endedAt: number[] = [];
  /** From its process's start to its first answer, each time. */
  readonly startMs: number[] = [];

  private constructor(product: Product, tokens: readonly string[]) {
    this.product = product;
    this.tokens = tokens;
  }

  static async start(people: number): Promise<KilledServer> {
    const product = await Product.start({ isGroup: true, variables: VARIABLES });
    await product.halt();
    const server = new KilledServer(product, addPeople(product.stateFolder, people));
    await server.restart();
    return server;
  }

  /** What it logged since its last start that is worth a look. */
  complaints(): string[] {
    return this.product.said.split("\n").filter((line) => /\b(?:warn|error)\b/i.test(line));
  }

  async kill(): Promise<void> {
    this.kills++;
    this.endedAt.push(Date.now());
    await this.product.killGroup();
  }

  /** Ends it in order. */
  async halt(): Promise<void> {
    await this.product.halt();
    this.endedAt.push(Date.now());
  }

  /** Starts it and kills it before it is ready, or shortly after. */
  async killWhileStarting(afterMs: number): Promise<void> {
    const starting = this.product.start().catch(() => {});
    await sleep(afterMs);
    await this.kill();
    await starting;
  }

  /** Resolves at the server's first answer, with its instant. */
  async restart(): Promise<number> {
    const startedAt = Date.now();
    const failure: { error?: unknown } = {};
    // It answers a moment before it says so, and may be killed between the two.
    this.product.start().catch((error: unknown) => {
      failure.error = error;
    });
    while (!(await this.#answers())) {
      if (failure.error) throw failure.error;
      await sleep(POLL_MS);
    }
    const servedAt = Date.now();
    this.startMs.push(servedAt - startedAt);
    return servedAt;
  }

  #answers(): Promise<boolean> {
    return fetch(`${this.product.url}/healthz`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) }).then(
      (answer) => answer.ok,
      () => false,
    );
  }
}
