/** Starting runs through the API and looking at them, for tests in workerd. */
import { expect } from "vitest";
import { acceptedAnswerSchema, runDetailSchema } from "../../worker/domain/run-schema.ts";
import { api, type Tenant, until } from "./workerd.ts";

export const program = (code: string, rest: object = {}) => ({ language: "typescript", code, ...rest });
export const FOREVER = "let n = 0; while (true) { n++; if (n % 100000 === 0) console.log(n); }";
/** Holds its slot without using the machine. */
export const ASLEEP = "await new Promise((resolve) => setTimeout(resolve, 290_000))";
export const ASYNC = { prefer: "respond-async" };

export async function start(tenant: Tenant, body: unknown): Promise<string> {
  const answer = await api(tenant, "/api/execute", body, ASYNC);
  expect(answer.status).toBe(202);
  const { runId } = acceptedAnswerSchema.parse(await answer.json());
  expect(answer.headers.get("location")).toBe(`/api/runs/${runId}`);
  return runId;
}

/** A run that holds its slot until it is cancelled. */
export const startSleeper = (tenant: Tenant, lane: string, rest: object = {}) =>
  start(tenant, program(ASLEEP, { lane, limits: { timeoutMs: 300_000 }, ...rest }));

export async function detail(tenant: Tenant, runId: string) {
  return runDetailSchema.parse(await (await api(tenant, `/api/runs/${runId}`)).json());
}

export async function stateOf(tenant: Tenant, runId: string, state: string) {
  return until(
    () => detail(tenant, runId),
    (run) => run.state === state,
  );
}
