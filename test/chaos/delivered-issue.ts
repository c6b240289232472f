/**
 * An issue that GitHub tells of while the server is killed: the delivery is sent again under the same id until it is
 * acknowledged, and now and then once more. It must make exactly one run.
 */
import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { SeededRandom } from "../support/seeded-random.ts";
import type { Timeline } from "./timeline.ts";

const REPEAT_AFTER_MS = 50;
const ANSWER_TIMEOUT_MS = 30_000;
/** Share of the deliveries that come again although they were acknowledged. */
const DOUBLED_SHARE = 0.3;
const LABEL = "runyard";

export interface TrackerAddress {
  /** Where deliveries are sent, whole. */
  readonly url: string;
  readonly secret: string;
}

/** What the product is asked to set up before anything is killed. */
export type Setup = (path: string, body: object) => Promise<{ path: string; secret: string }>;

/** Makes the repositories that issues are about, and the address at which GitHub would deliver. */
export async function connectTracker(
  url: string,
  setUp: Setup,
  repositories: readonly string[],
): Promise<TrackerAddress> {
  for (const key of repositories) {
    await setUp("/api/repositories", { key, name: key, gitUrl: `https://github.com/acme/${key}.git` });
  }
  const { path, secret } = await setUp("/api/inbound-endpoints", { tracker: "github" });
  return { url: url + path, secret };
}

export class DeliveredIssue {
  readonly number: number;
  readonly repository: string;
  readonly #random: SeededRandom;
  readonly #address: TrackerAddress;
  readonly #timeline: Timeline;

  constructor(number: number, repository: string, random: SeededRandom, address: TrackerAddress, timeline: Timeline) {
    this.number = number;
    this.repository = repository;
    this.#random = random;
    this.#address = address;
    this.#timeline = timeline;
  }

  /** The title of its run. */
  get name(): string {
    return `Issue ${this.number}`;
  }

  /** Resolves when the delivery was acknowledged. */
  async live(): Promise<void> {
    await sleep(this.#random.integer(0, 1_000));
    while (!(await this.#deliver())) await sleep(REPEAT_AFTER_MS);
    this.#timeline.note(`${this.name}: acknowledged`);
    if (this.#random.chance(DOUBLED_SHARE)) await this.#deliver();
  }

  async #deliver(): Promise<boolean> {
    const body = JSON.stringify(this.#payload());
    const { url, secret } = this.#address;
    const headers = {
      "content-type": "application/json",
      "x-github-event": "issues",
      "x-github-delivery": `delivery-${this.number}`,
      "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
    };
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const answer = await fetch(url, { method: "POST", headers, body, signal }).catch(() => null);
    if (answer && answer.status < 500 && answer.status !== 202) {
      throw new Error(`${this.name}: ${answer.status} ${await answer.text()}`);
    }
    return answer?.status === 202;
  }

  #payload(): object {
    const { number, repository } = this;
    return {
      action: "labeled",
      issue: {
        ...{ number, title: this.name, state: "open", labels: [{ name: LABEL }] },
        html_url: `https://github.com/acme/${repository}/issues/${number}`,
        updated_at: "2026-01-01T00:00:00Z",
      },
      repository: { full_name: `acme/${repository}`, clone_url: `https://github.com/acme/${repository}.git` },
    };
  }
}
