/** Entry of the Worker: the request handler and the Durable Object classes. No logic. */
import { createApp } from "./app.ts";

export { BudgetLedger } from "../durable-objects/budget-ledger/budget-ledger.ts";
export { DeliveryInbox } from "../durable-objects/delivery-inbox/delivery-inbox.ts";
export { RateLimiter } from "../durable-objects/rate-limiter/rate-limiter.ts";
export { RunExecutor } from "../durable-objects/run-executor/run-executor.ts";
export { RunQueue } from "../durable-objects/run-queue/run-queue.ts";
export { SnippetScheduler } from "../durable-objects/snippet-scheduler/snippet-scheduler.ts";
export { WebhookSender } from "../durable-objects/webhook-sender/webhook-sender.ts";
export { WorkspaceCapacity } from "../durable-objects/workspace-capacity/workspace-capacity.ts";

export default createApp();
