/**
 * A call of a tool whose caller wants to hear how it goes: the answer is a stream of `notifications/progress`, one each
 * second, and then the answer itself. Without a wish for it a call is answered by one JSON document.
 * https://modelcontextprotocol.io/specification/2025-11-25/basic/utilities/progress
 */
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import { answerMessage, type RpcAnswer, type RpcId, type RpcRequest, rpcError } from "../../domain/json-rpc.ts";
import type { RunDetail } from "../../domain/run.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { STEP_WORDS } from "../../views/run-words.ts";

/** Often enough for somebody who waits, and for clients that give up after half a minute without a word. */
const PROGRESS_MS = 1_000;

/** The token that progress is told under; null for a caller who wants none, or could not read it. */
export function progressToken(c: Context<SignedInEnv>, params: RpcRequest["params"]): RpcId | null {
  if (!c.req.header("accept")?.includes("text/event-stream")) return null;
  const token = (params?.["_meta"] as { progressToken?: unknown } | undefined)?.progressToken;
  return typeof token === "string" || typeof token === "number" ? token : null;
}

/** @param work is given what it tells the run to that it becomes */
export function answerWithProgress(
  c: Context<SignedInEnv>,
  { id, token }: { readonly id: RpcId; readonly token: RpcId },
  work: (began: (runId: string) => void) => Promise<RpcAnswer>,
): Response {
  const { dependencies, requestId } = c.var;
  const { clock, executor, log } = dependencies;
  let runId: string | null = null;
  let answer: RpcAnswer | null = null;
  const done = work((began) => {
    runId = began;
  })
    .catch((error: unknown) => {
      log.error("a tool failed", { requestId, error });
      return rpcError("internal", `Something went wrong here; it was logged as ${requestId}.`);
    })
    .then((came) => {
      answer = came;
    });
  c.header("cache-control", "private, no-store");
  return streamSSE(c, async (stream) => {
    const send = (message: object) => stream.writeSSE({ event: "message", data: JSON.stringify(message) });
    for (let progress = 1; !stream.aborted; progress++) {
      await Promise.race([done, clock.sleep(PROGRESS_MS)]);
      if (answer !== null) return send(answerMessage(id, answer));
      // A run whose object restarts says nothing for a moment; the call goes on.
      const run =
        runId === null
          ? null
          : await executor(runId)
              .describe()
              .catch(() => null);
      const params = { progressToken: token, progress, message: sentence(run) };
      await send({ jsonrpc: "2.0", method: "notifications/progress", params });
    }
  });
}

function sentence(run: RunDetail | null): string {
  if (run?.budgetWait) return run.budgetWait.sentence;
  if (run?.waitingFor) return run.waitingFor;
  const step = run?.steps.findLast(({ state }) => state === "running");
  return step ? `${STEP_WORDS[step.name]}.` : "Begun.";
}
