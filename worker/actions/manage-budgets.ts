/** What can be done with a workspace's budgets, for the API and the console alike. A budget limits calls of models alone. */
import type { BudgetOverview, CapStanding } from "../../durable-objects/budget-ledger/rpc.ts";
import type { RunExecutorRpc } from "../../durable-objects/run-executor/rpc.ts";
import type { Dependencies } from "../dependencies.ts";
import { isAtLeast } from "../domain/access.ts";
import { actorOf } from "../domain/audit.ts";
import { type Budget, type BudgetList, type SetBudget, subjectWords } from "../domain/budget.ts";
import { type BudgetSubject, EACH_RUN } from "../domain/budget-state.ts";
import type { BudgetDecision } from "../domain/budget-wait.ts";
import { dollarText, toDollars, toMicros } from "../domain/dollars.ts";
import { fail, type Result, succeed } from "../domain/errors.ts";
import { toIso } from "../domain/instant.ts";
import type { Principal } from "../domain/principal.ts";
import { isTerminal, type RunDetail } from "../domain/run.ts";
import { hasTokenFor } from "../store/api-tokens.ts";
import type { Database } from "../store/database.ts";
import { findRepository } from "../store/repositories.ts";
import { findRunState } from "../store/runs.ts";
import { record } from "./audit-trail.ts";

export async function listBudgets(
  { budget, calls, db }: Dependencies,
  { workspaceId }: Principal,
): Promise<BudgetList> {
  await calls.flush(workspaceId);
  const { caps, spent, unknown, unknownCount }: BudgetOverview = await budget(workspaceId).overview();
  const budgets = await Promise.all(
    caps.map(async (standing) => toBudget(standing, await idleNoteOf(db, workspaceId, standing.cap.subject))),
  );
  return {
    spent: { day: toDollars(spent.day.spentMicros), month: toDollars(spent.month.spentMicros) },
    budgets: budgets.sort((a, b) => (a.id < b.id ? -1 : 1)),
    unknown: unknown.map(({ id, boundMicros, reservedAt }) => ({
      ...{ id, bound: toDollars(boundMicros), reservedAt: toIso(reservedAt) },
    })),
    unknownCount,
  };
}

/** Sets a budget or another limit of it. Below what is spent already is allowed, and says so. */
/** How far each budget is spent, without a look at what it is of: pages that refresh themselves ask for it. */
export async function budgetStandings(
  { budget, calls }: Dependencies,
  { workspaceId }: Principal,
): Promise<readonly Omit<Budget, "note">[]> {
  await calls.flush(workspaceId);
  const { caps }: BudgetOverview = await budget(workspaceId).overview();
  return caps.map((standing) => toBudget(standing, null));
}

export async function setBudget(
  dependencies: Dependencies,
  principal: Principal,
  { subject, period, limit }: SetBudget,
): Promise<Result<Budget>> {
  const { workspaceId } = principal;
  // The answer says what is spent.
  await dependencies.calls.flush(workspaceId);
  const standing = await dependencies.budget(workspaceId).putCap(subject, period, toMicros(limit));
  if (!standing) return fail("too-many-budgets", "Delete one that is not needed any more.");
  const told = { subject: subjectWords(subject), period, limit: dollarText(standing.cap.limitMicros) };
  await record(dependencies, actorOf(principal), "budget.set", standing.cap.id, told);
  return succeed(toBudget(standing, await idleNoteOf(dependencies.db, workspaceId, subject)));
}

export async function removeBudget(
  dependencies: Dependencies,
  principal: Principal,
  id: string,
): Promise<Result<null>> {
  const isGone = await dependencies.budget(principal.workspaceId).removeCap(id);
  if (!isGone) return fail("not-found", "There is no budget by this id.");
  await record(dependencies, actorOf(principal), "budget.deleted", id, {});
  return succeed(null);
}

/** Somebody has found out what a call of unknown outcome did cost. Once: a repeat answers what counts. */
export async function settleUnknownCall(
  dependencies: Dependencies,
  principal: Principal,
  id: string,
  cost: number,
): Promise<Result<{ readonly id: string; readonly cost: number }>> {
  const micros = await dependencies.budget(principal.workspaceId).settle(id, toMicros(cost));
  if (micros === null) return fail("not-found", "There is no call by this id that reserved anything.");
  await record(dependencies, actorOf(principal), "budget.call-settled", id, { cost: dollarText(micros) });
  return succeed({ id, cost: toDollars(micros) });
}

/** What becomes of a run that waits because a call of a model does not fit its budget. */
export async function decideRunBudget(
  dependencies: Dependencies,
  principal: Principal,
  run: Pick<RunExecutorRpc, "describe" | "cancel" | "decideBudget">,
  decision: BudgetDecision,
): Promise<Result<RunDetail>> {
  const waiting = await run.describe();
  if (!waiting?.budgetWait) return fail("not-waiting", "The run does not wait for a decision about its budget.");
  switch (decision.decision) {
    case "stop":
      return run.cancel();
    case "finish-cheaply":
      return run.decideBudget("finish-cheaply");
    case "raise": {
      const { workspaceId, role } = principal;
      const cap = waiting.budgetWait.budget;
      if (!isAtLeast(role, "admin")) return fail("forbidden", "Raising a budget takes the role admin or more.");
      const raised = await dependencies.budget(workspaceId).raiseCap(cap, toMicros(decision.by));
      if (!raised) return fail("not-found", "The budget that stood in the way is gone: the run goes on by itself.");
      const told = { run: waiting.id, limit: dollarText(raised.cap.limitMicros) };
      await record(dependencies, actorOf(principal), "budget.raised", cap, told);
      return run.decideBudget("ask-again");
    }
  }
}

function toBudget({ cap, window }: CapStanding, idleNote: string | null): Budget {
  const { id, subject, period, limitMicros } = cap;
  const { spentMicros, reservedMicros } = window;
  const leftMicros = limitMicros - spentMicros - reservedMicros;
  return {
    ...{ id, subject, period, limit: toDollars(limitMicros) },
    spent: toDollars(spentMicros),
    reserved: toDollars(reservedMicros),
    left: toDollars(Math.max(0, leftMicros)),
    percent: limitMicros === 0 ? null : Math.floor((spentMicros * 100) / limitMicros),
    note: idleNote ?? noteOf(limitMicros, spentMicros),
  };
}

/** Why a budget stands in the way of nothing; null where calls may count in it. */
async function idleNoteOf(db: Database, workspaceId: string, subject: BudgetSubject): Promise<string | null> {
  if (subject.kind === "agent" && !(await hasTokenFor(db, workspaceId, subject.id)))
    return "No token is for an agent of this name: nothing counts in this budget until one is.";
  if (subject.kind === "run" && subject.id !== EACH_RUN) {
    const state = await findRunState(db, workspaceId, subject.id);
    if (state === null) return "The workspace has no run with this id: nothing counts in this budget.";
    if (isTerminal(state)) return "The run has ended: nothing more counts in this budget.";
  }
  if (subject.kind !== "repository" || (await findRepository(db, workspaceId, subject.id)) !== null) return null;
  return "The workspace has no repository with this key: nothing counts in this budget.";
}

function noteOf(limitMicros: number, spentMicros: number): string | null {
  if (limitMicros === 0) return "Nothing may be spent.";
  if (spentMicros < limitMicros) return null;
  const spent = `${dollarText(spentMicros)} of ${dollarText(limitMicros)} are spent`;
  return `${spent}: no paid call is let through until the limit is raised or the period ends.`;
}
