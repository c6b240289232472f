/** `/settings/budgets`: what the workspace may spend on models, for people. No budget ever stands in the way of this page. */
import { type Context, Hono } from "hono";
import { listBudgets, removeBudget, setBudget, settleUnknownCall } from "../../actions/manage-budgets.ts";
import { setBudgetSchema, settleCallSchema } from "../../domain/budget.ts";
import { check } from "../../domain/validation.ts";
import type { SignedInEnv } from "../../middleware/context.ts";
import { BudgetsPage, type BudgetsProps, type BudgetValues, NEW_BUDGET } from "../../views/budgets.tsx";
import { formOf } from "./form.ts";
import { failurePage, page, signedInShell } from "./page.tsx";

const BASE = "/settings/budgets";

type BudgetContext = Context<SignedInEnv>;

export const budgetPages = new Hono<SignedInEnv>()
  .get("/", (c) => showBudgets(c, {}))
  .post("/", async (c) => {
    const values = await readForm(c);
    const { kind, id, limit } = values;
    const subject = kind === "workspace" ? { kind } : { kind, id: id.trim() };
    const period = kind === "run" ? "always" : values.period;
    const request = check(
      { subject, period, limit: limit.trim() === "" ? Number.NaN : Number(limit) },
      setBudgetSchema,
    );
    if (!request.ok) {
      const errors = (request.errors ?? []).map(({ path, message }) => ({
        field: path.split(".").at(-1) ?? "",
        message,
      }));
      return showBudgets(c, { values, errors });
    }
    const set = await setBudget(c.var.dependencies, c.var.principal, request.value);
    return set.ok ? c.redirect(BASE, 303) : failurePage(c, set);
  })
  .post("/deletions", async (c) => {
    const id = String((await formOf(c)).get("budget") ?? "");
    const removed = await removeBudget(c.var.dependencies, c.var.principal, id);
    return removed.ok ? c.redirect(BASE, 303) : failurePage(c, removed);
  })
  .post("/settlements", async (c) => {
    const form = await formOf(c);
    const cost = check({ cost: Number(String(form.get("cost") || "x")) }, settleCallSchema);
    if (!cost.ok) return failurePage(c, cost);
    const { dependencies, principal } = c.var;
    const settled = await settleUnknownCall(dependencies, principal, String(form.get("call") ?? ""), cost.value.cost);
    return settled.ok ? c.redirect(BASE, 303) : failurePage(c, settled);
  });

async function showBudgets(c: BudgetContext, { values = NEW_BUDGET, errors = [] }: Partial<BudgetsProps>) {
  const list = await listBudgets(c.var.dependencies, c.var.principal);
  return page(c, <BudgetsPage shell={signedInShell(c)} {...{ list, values, errors }} />, errors.length > 0 ? 422 : 200);
}

async function readForm(c: BudgetContext): Promise<BudgetValues> {
  const form = await formOf(c);
  const text = (name: string) => String(form.get(name) ?? "");
  return { kind: text("kind"), id: text("id"), period: text("period"), limit: text("limit") };
}
