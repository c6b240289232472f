/** Bindings and variables as the runtime hands them over. Only worker/config.ts and the objects' constructors read it. */
import type { Variables } from "../worker/config.ts";
import type { NetworkBindings } from "../worker/egress/network.ts";
import type { MailBinding } from "../worker/mail/mailer.ts";
import type { TypeChecker } from "../worker/program/type-check.ts";
import type { PythonRunner } from "../worker/sandbox/python/protocol.ts";
import type { BudgetLedgerRpc } from "./budget-ledger/rpc.ts";
import type { DeliveryInboxRpc } from "./delivery-inbox/rpc.ts";
import type { RateLimiterRpc } from "./rate-limiter/rpc.ts";
import type { RunExecutorRpc } from "./run-executor/rpc.ts";
import type { RunQueueRpc } from "./run-queue/rpc.ts";
import type { SnippetSchedulerRpc } from "./snippet-scheduler/rpc.ts";
import type { WebhookSenderRpc } from "./webhook-sender/rpc.ts";
import type { WorkspaceCapacityRpc } from "./workspace-capacity/rpc.ts";

/** A namespace of objects, as far as we use it: calls by name, and requests for sockets. */
export interface ObjectNamespace<Rpc> {
  idFromName(name: string): DurableObjectId;
  get(id: DurableObjectId): Rpc & { fetch(request: Request): Promise<Response> };
}

export interface Env extends Variables, NetworkBindings {
  readonly DB: D1Database;
  readonly ASSETS: Fetcher;
  readonly RUN_QUEUE: ObjectNamespace<RunQueueRpc>;
  readonly RUN_EXECUTOR: ObjectNamespace<RunExecutorRpc>;
  readonly WEBHOOK_SENDER: ObjectNamespace<WebhookSenderRpc>;
  /** Sends e-mail; not there where the operator set none up. */
  readonly MAIL?: MailBinding;
  /** By the id of a workspace. */
  readonly DELIVERY_INBOX: ObjectNamespace<DeliveryInboxRpc>;
  /** By the id of a workspace. */
  readonly WORKSPACE_CAPACITY: ObjectNamespace<WorkspaceCapacityRpc>;
  /** By who or what is counted: a kind, and an id or an address. */
  readonly RATE_LIMITER: ObjectNamespace<RateLimiterRpc>;
  /** By the id of a workspace. */
  readonly BUDGET_LEDGER: ObjectNamespace<BudgetLedgerRpc>;
  /** By the id of a workspace. */
  readonly SNIPPET_SCHEDULER: ObjectNamespace<SnippetSchedulerRpc>;
  /** The Worker of worker/sandbox/python: another Worker, because its engine would not fit into this one. */
  readonly PYTHON: PythonRunner;
  /** The Worker of worker/program/checker: another Worker, so that a check can use up its memory and nobody else's. */
  readonly CHECKER: TypeChecker;
}
