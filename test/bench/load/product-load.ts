/** Load on the whole product over HTTP: the requests of the benchmarks, and when runs were claimed and had ended. */
import type { RunningServer } from "../../../scripts/server.ts";
import type { Priority } from "../../../worker/domain/lane.ts";

export interface ListedRun {
  readonly id: string;
  readonly state: string;
  readonly priority: Priority;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

export const TINY = "1 + 1";
const PAGE = 200;

export class LoadClient {
  readonly #url: string;
  readonly #token: string;

  constructor({ url, credentials }: RunningServer, token: string = credentials.apiToken) {
    this.#url = url;
    this.#token = token;
  }

  async nothing(): Promise<void> {
    await (await fetch(`${this.#url}/healthz`)).text();
  }

  /** Runs a program and waits for its end. */
  async execute(code: string): Promise<void> {
    const answer = await this.#post("/api/execute", { language: "javascript", code });
    if (!(answer as { success?: boolean }).success) throw new Error(`a run ended as ${JSON.stringify(answer)}`);
  }

  /** Starts a program and returns its run's id. */
  async start(body: object): Promise<string> {
    const answer = await this.#post("/api/execute", { language: "javascript", ...body }, { prefer: "respond-async" });
    return (answer as { runId: string }).runId;
  }

  async cancel(runId: string): Promise<void> {
    await this.#post(`/api/runs/${runId}/cancel`, {});
  }

  /** All runs in that state, the newest first. */
  async list(state: string): Promise<ListedRun[]> {
    const found: ListedRun[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const from: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const answer = await this.#get(`/api/runs?state=${state}&limit=${PAGE}${from}`);
      const page = answer as { runs: ListedRun[]; nextCursor: string | null };
      found.push(...page.runs);
      cursor = page.nextCursor;
    }
    return found;
  }

  async #get(path: string): Promise<unknown> {
    return this.#answer(path, await fetch(this.#url + path, { headers: { authorization: `Bearer ${this.#token}` } }));
  }

  async #post(path: string, body: object, headers: Record<string, string> = {}): Promise<unknown> {
    const fixed = { authorization: `Bearer ${this.#token}`, "content-type": "application/json" };
    const sent = { method: "POST", headers: { ...fixed, ...headers }, body: JSON.stringify(body) };
    return this.#answer(path, await fetch(this.#url + path, sent));
  }

  async #answer(path: string, answer: Response): Promise<unknown> {
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
}
