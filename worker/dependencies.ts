/** Composes what a request works with. One set for each environment object, made on first use. */
import { exports, waitUntil } from "cloudflare:workers";
import type { BudgetLedgerRpc } from "../durable-objects/budget-ledger/rpc.ts";
import type { DeliveryInboxRpc } from "../durable-objects/delivery-inbox/rpc.ts";
import type { Env } from "../durable-objects/env.ts";
import type { RunExecutorRpc } from "../durable-objects/run-executor/rpc.ts";
import type { LaneAddress, RunQueueRpc } from "../durable-objects/run-queue/rpc.ts";
import type { SnippetSchedulerRpc } from "../durable-objects/snippet-scheduler/rpc.ts";
import type { WebhookSenderRpc } from "../durable-objects/webhook-sender/rpc.ts";
import type { WorkspaceCapacityRpc } from "../durable-objects/workspace-capacity/rpc.ts";
import { type Config, configOf } from "./config.ts";
import { laneObjectName } from "./domain/lane.ts";
import type { Clock, Random } from "./domain/ports.ts";
import type { KnownPrincipal } from "./domain/principal.ts";
import type { Egress } from "./egress/egress.ts";
import { openEgress } from "./egress/network.ts";
import { Vault } from "./keys/vault.ts";
import { createLogger, type Logger } from "./log.ts";
import { type Mailer, openMailer } from "./mail/mailer.ts";
import type { TypeChecker } from "./program/type-check.ts";
import { RateLimits } from "./rate-limits.ts";
import { RecentlyKnown } from "./recently-known.ts";
import { Seldom } from "./seldom.ts";
import { dataKeysIn } from "./store/data-keys.ts";
import { type Database, openDatabase } from "./store/database.ts";
import type { StoredEndpoint } from "./store/inbound-endpoints.ts";
import type { ProviderKeyRow } from "./store/schema.ts";
import { systemClock, systemRandom } from "./system-ports.ts";
import { WorkspaceCalls } from "./workspace-calls.ts";

export interface Dependencies {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly db: Database;
  /** Seals and opens the secrets of workspaces. */
  readonly vault: Vault;
  readonly assets: Fetcher;
  /** The gateway to other hosts. */
  readonly egress: Egress;
  /** Null where e-mail is not set up. */
  readonly mailer: Mailer | null;
  /** The keys by which a workspace's models are asked, in their order, as they are sealed. */
  readonly knownKeys: RecentlyKnown<readonly ProviderKeyRow[]>;
  /** Who somebody is, by the kind of a secret and its hash: `token:…` or `session:…`. */
  readonly knownPrincipals: RecentlyKnown<KnownPrincipal>;
  readonly rateLimits: RateLimits;
  /** Where deliveries arrive, by the id of an endpoint. */
  readonly knownEndpoints: RecentlyKnown<KnownEndpoint>;
  /** The inbox of a workspace's deliveries. */
  readonly inbox: (workspaceId: string) => DeliveryInboxRpc;
  /** This Worker's own front door: the request takes the way of any other, without the network. */
  readonly loopback: (request: Request) => Promise<Response>;
  /** Lets work go on when the request has been answered. */
  readonly afterwards: (work: Promise<unknown>) => void;
  /** The executor object of a run. */
  readonly executor: (runId: string) => RunExecutorRpc & { fetch(request: Request): Promise<Response> };
  /** The queue object of a lane. */
  readonly lane: (address: LaneAddress) => RunQueueRpc;
  /** The object that shares a workspace's capacity over its lanes. */
  readonly capacity: (workspaceId: string) => WorkspaceCapacityRpc;
  /** Whose use is noted: a key's at most once a minute is enough for people. */
  readonly keysInUse: Seldom;
  /** The object of a workspace's calls of models: its gate, its budget and their record. */
  readonly budget: (workspaceId: string) => BudgetLedgerRpc;
  /** What is asked and told of calls of models: the way to that object for whoever makes them. */
  readonly calls: WorkspaceCalls;
  /** The object that runs a workspace's snippets by their schedules. */
  readonly scheduler: (workspaceId: string) => SnippetSchedulerRpc;
  /** The object that sends the messages of a webhook endpoint. */
  readonly sender: (endpointId: string) => WebhookSenderRpc;
  /** Checks the types of programs. */
  readonly checker: TypeChecker;
}

/** An endpoint with its secrets in clear: kept for moments, in memory alone. */
export interface KnownEndpoint extends StoredEndpoint {
  readonly opened: readonly { readonly secret: string; readonly expiresAt: number | null }[];
}

/** How often the use of a provider's key is noted. */
const USE_NOTED_MS = 60_000;

const composed = new WeakMap<Env, Dependencies>();

export function dependenciesOf(env: Env): Dependencies {
  const known = composed.get(env);
  if (known) return known;
  const made = compose(env);
  composed.set(env, made);
  return made;
}

function compose(env: Env): Dependencies {
  const config = configOf(env);
  const db = openDatabase(env.DB);
  const log = createLogger(config.logLevel, config.logFormat);
  const budget = (workspaceId: string) => env.BUDGET_LEDGER.get(env.BUDGET_LEDGER.idFromName(workspaceId));
  const afterwards = (work: Promise<unknown>) => waitUntil(work);
  return {
    config,
    clock: systemClock,
    random: systemRandom,
    log,
    db,
    vault: new Vault(config.secretsKeys, dataKeysIn(db, systemClock), systemRandom),
    assets: env.ASSETS,
    knownPrincipals: new RecentlyKnown(systemClock),
    rateLimits: new RateLimits(systemClock, (subject) => env.RATE_LIMITER.get(env.RATE_LIMITER.idFromName(subject))),
    knownEndpoints: new RecentlyKnown(systemClock),
    egress: openEgress(env),
    mailer: openMailer(env.MAIL, config.mailFrom),
    knownKeys: new RecentlyKnown(systemClock),
    keysInUse: new Seldom(systemClock, USE_NOTED_MS),
    inbox: (workspaceId) => env.DELIVERY_INBOX.get(env.DELIVERY_INBOX.idFromName(workspaceId)),
    loopback: (request) => (exports as unknown as { default: Fetcher }).default.fetch(request),
    afterwards,
    executor: (runId) => env.RUN_EXECUTOR.get(env.RUN_EXECUTOR.idFromName(runId)),
    lane: ({ workspaceId, lane }) => env.RUN_QUEUE.get(env.RUN_QUEUE.idFromName(laneObjectName(workspaceId, lane))),
    capacity: (workspaceId) => env.WORKSPACE_CAPACITY.get(env.WORKSPACE_CAPACITY.idFromName(workspaceId)),
    budget,
    calls: new WorkspaceCalls({ clock: systemClock, ledger: budget, afterwards, log }),
    scheduler: (workspaceId) => env.SNIPPET_SCHEDULER.get(env.SNIPPET_SCHEDULER.idFromName(workspaceId)),
    sender: (endpointId) => env.WEBHOOK_SENDER.get(env.WEBHOOK_SENDER.idFromName(endpointId)),
    checker: env.CHECKER,
  };
}
