/** Budgets of which half or more is spent, the fullest first: above what people look at anyway. */
import { type Budget, PERIOD_WORDS, subjectWords } from "../../domain/budget.ts";
import { WARN_AT } from "../../domain/budget-state.ts";
import { dollarText, toMicros } from "../../domain/dollars.ts";
import { Icon } from "./icon.tsx";

export type ShownBudget = Pick<Budget, "subject" | "period" | "limit" | "spent" | "percent">;

/** Named one by one; the page of budgets has them all. */
const NAMED_MAX = 3;
const [FIRST_WARNING, , ALL] = WARN_AT;

interface BudgetBannerProps {
  readonly budgets: readonly ShownBudget[];
  /** False on the page that the link would lead to. */
  readonly isLinked?: boolean;
}

export function BudgetBanner({ budgets, isLinked = true }: BudgetBannerProps) {
  const nearest = budgets
    .filter(({ percent }) => (percent ?? 0) >= FIRST_WARNING)
    .toSorted((a, b) => (b.percent ?? 0) - (a.percent ?? 0));
  const [fullest] = nearest;
  if (!fullest) return null;
  const isSpent = (fullest.percent ?? 0) >= ALL;
  return (
    <div class={isSpent ? "notice notice-failed" : "notice"} role="status" data-budget-banner>
      <Icon name="hand" />
      <div>
        {nearest.slice(0, NAMED_MAX).map(({ subject, period, limit, spent, percent }) => (
          <p>
            <b>{percent} %</b> of the budget of {subjectWords(subject)} are spent: {dollarText(toMicros(spent))} of{" "}
            {dollarText(toMicros(limit))} {PERIOD_WORDS[period]}.
          </p>
        ))}
        {nearest.length > NAMED_MAX ? <p>{nearest.length - NAMED_MAX} more are at 50 % or above.</p> : null}
        {isLinked ? <a href="/settings/budgets">Budgets</a> : null}
      </div>
    </div>
  );
}
