/** `/api/budgets`: what the workspace may spend on models, and what it has spent. */
import { Hono } from "hono";
import { listBudgets, removeBudget, setBudget, settleUnknownCall } from "../../actions/manage-budgets.ts";
import { setBudgetSchema, settleCallSchema } from "../../domain/budget.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { problem } from "../../middleware/problem.ts";
import { readJson } from "../json-body.ts";
import { answer } from "./answer.ts";

export const budgets = new Hono<SignedInEnv>()
  .get("/", async (c) => c.json(await listBudgets(c.var.dependencies, c.var.principal)))
  .put("/", async (c) => {
    const body = await readJson(c, setBudgetSchema);
    return body.ok ? answer(c, await setBudget(c.var.dependencies, c.var.principal, body.value)) : problem(c, body);
  })
  .delete("/:budget", async (c) => {
    const removed = await removeBudget(c.var.dependencies, c.var.principal, c.req.param("budget"));
    return removed.ok ? c.body(null, 204) : problem(c, removed);
  })
  .post("/calls/:call/settlement", async (c) => {
    const body = await readJson(c, settleCallSchema);
    if (!body.ok) return problem(c, body);
    const { dependencies, principal } = c.var;
    return answer(c, await settleUnknownCall(dependencies, principal, c.req.param("call"), body.value.cost));
  });
