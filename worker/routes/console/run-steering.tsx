/** `POST /runs/:id/steering`: what a form of the board or of a run's page does to a run that waits. */
import { type Context, Hono } from "hono";
import { type Steering, steerRun } from "../../actions/steer-queue.ts";
import { fail, type Result, succeed } from "../../domain/errors.ts";
import { moveSchema, prioritySchema, RELATIVE_PLACES } from "../../domain/lane-schema.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { accessRun } from "../run-access.ts";
import { formOf } from "./form.ts";
import { failurePage, isPartial } from "./page.tsx";
import { answerBoard } from "./queue.tsx";
import { answerHeader } from "./runs.tsx";

export const runSteeringForms = new Hono<SignedInEnv>().post("/:id/steering", async (c) => {
  const handle = await accessRun(c);
  if (!handle.ok) return failurePage(c, handle);
  const form = Object.fromEntries([...(await formOf(c))].map(([name, value]) => [name, String(value)]));
  const runId = c.req.param("id");
  if (form["do"] === "cancel") {
    const cancelled = await handle.value.cancel();
    // Who cancels a run that has just ended has what was wanted.
    if (!cancelled.ok && cancelled.code !== "run-finished") return failurePage(c, cancelled);
    return answer(c, form);
  }
  const steering = readSteering(form);
  if (!steering.ok) return failurePage(c, steering);
  const steered = await steerRun(c.var.dependencies, c.var.principal, runId, steering.value);
  return steered.ok ? answer(c, form) : failurePage(c, steered);
});

type Form = Readonly<Record<string, string>>;

function readSteering(form: Form): Result<Steering> {
  const deed = form["do"];
  const place = RELATIVE_PLACES.find((each) => each === deed);
  if (place) return succeed({ type: "move", to: place });
  switch (deed) {
    case "hold":
    case "unhold":
      return succeed({ type: deed });
    case "move": {
      const moved = check({ position: Number(form["position"]) }, moveSchema);
      return moved.ok ? succeed({ type: "move", to: moved.value.position }) : moved;
    }
    case "priority": {
      const changed = check({ priority: form["priority"] }, prioritySchema);
      return changed.ok ? succeed({ type: "priority", ...changed.value }) : changed;
    }
    default:
      return fail("invalid-request", "Say what to do: up, down, first, last, move, hold, unhold, priority or cancel.");
  }
}

function answer(c: Context<SignedInEnv>, form: Form): Response | Promise<Response> {
  if (form["from"] === "queue") return answerBoard(c, form["lane"] || null);
  return isPartial(c) ? answerHeader(c) : c.redirect(`/runs/${c.req.param("id")}`, 303);
}
