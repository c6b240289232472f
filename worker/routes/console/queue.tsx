/** `/queue`: the board, and what people do on it to lanes and to many runs. One run is steered at `/runs/:id/steering`. */
import { type Context, Hono } from "hono";
import { cancelRuns } from "../../actions/run-batches.ts";
import { steerLane } from "../../actions/steer-queue.ts";
import { sha256Hex } from "../../digest.ts";
import { fail } from "../../domain/errors.ts";
import { toIso } from "../../domain/instant.ts";
import { BATCH_RUNS_MAX, cancelBatchSchema } from "../../domain/run-batch.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { readTally, type Tally, tallyOf, tallyQuery } from "../../views/batch-words.ts";
import { queueHref } from "../../views/lane-words.ts";
import { QueueBoard, QueuePage } from "../../views/queue.tsx";
import { boardProps } from "./board-props.ts";
import { formOf } from "./form.ts";
import { failurePage, isPartial, page, signedInShell } from "./page.tsx";

export const queuePages = new Hono<SignedInEnv>()
  .get("/", async (c) => {
    const { dependencies, principal } = c.var;
    const board = await boardProps(dependencies, principal.workspaceId, filterOf(c.req.query("lane")));
    if (!board.ok) return failurePage(c, board);
    // The time of the look is not part of what is compared, or nothing would ever be unchanged.
    const etag = `W/"${(await sha256Hex(JSON.stringify(board.value))).slice(0, 32)}"`;
    if (isPartial(c) && c.req.header("if-none-match") === etag) return c.body(null, 304, { etag });
    c.header("etag", etag);
    const props = { ...board.value, updatedAt: toIso(dependencies.clock.now()), tally: readTally(c.req.query()) };
    return page(c, isPartial(c) ? <QueueBoard {...props} /> : <QueuePage shell={signedInShell(c)} {...props} />);
  })
  .post("/lanes/:lane/pause", (c) => switchLane(c, "pause"))
  .post("/lanes/:lane/resumption", (c) => switchLane(c, "resume"))
  .post("/cancellations", async (c) => {
    const form = await formOf(c);
    const runIds = form.getAll("runIds").map(String);
    const lane = filterOf(form.get("lane"));
    if (runIds.length === 0) return failurePage(c, fail("invalid-request", "Choose at least one run, then cancel."));
    const batch = check({ runIds }, cancelBatchSchema);
    if (!batch.ok) return failurePage(c, fail("invalid-request", `Choose at most ${BATCH_RUNS_MAX} runs.`));
    const { results } = await cancelRuns(c.var.dependencies, c.var.principal, batch.value);
    return answerBoard(c, lane, tallyOf("cancelled", results));
  });

function filterOf(lane: unknown): string | null {
  return typeof lane === "string" && lane !== "" ? lane : null;
}

async function switchLane(c: Context<SignedInEnv>, command: "pause" | "resume") {
  const form = await formOf(c);
  const switched = await steerLane(c.var.dependencies, c.var.principal, c.req.param("lane")!, command);
  return switched.ok ? answerBoard(c, filterOf(form.get("lane"))) : failurePage(c, switched);
}

/** The board as it is after an action: in its place, or as the page that the browser goes to. */
export async function answerBoard(c: Context<SignedInEnv>, lane: string | null, tally: Tally | null = null) {
  if (!isPartial(c)) return c.redirect(queueHref(lane, tally === null ? {} : tallyQuery(tally)), 303);
  const { dependencies, principal } = c.var;
  const board = await boardProps(dependencies, principal.workspaceId, lane);
  if (!board.ok) return failurePage(c, board);
  return page(c, <QueueBoard {...board.value} updatedAt={toIso(dependencies.clock.now())} tally={tally} />);
}
