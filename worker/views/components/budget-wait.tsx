/** A run that waits for a person to decide about its budget, with what may be chosen. */

import type { BudgetWait } from "../../domain/budget-wait.ts";
import { dollarText } from "../../domain/dollars.ts";
import { type HxOptions, hx } from "../hx.ts";
import { Allowed, PostForm } from "./allowed.tsx";
import { Icon } from "./icon.tsx";
import { RelativeTime } from "./time.tsx";

interface BudgetWaitProps {
  readonly runId: string;
  readonly wait: BudgetWait;
  /** Where the answer to a decision goes; left out, it leads to the run's page. */
  readonly answered?: Pick<HxOptions, "target" | "swap" | "status">;
}

export function BudgetWaitPanel({ runId, wait, answered }: BudgetWaitProps) {
  const { neededMicros, leftMicros } = wait;
  // Whole cents, so that what is raised is enough for the call that waits.
  const missing = (Math.ceil(Math.max(1, neededMicros - leftMicros) / 10_000) / 100).toFixed(2);
  const action = `/runs/${runId}/budget-decisions`;
  const inPlace = answered ? hx({ post: action, disable: "find button", ...answered }) : {};
  return (
    <section class="panel wait-panel" aria-label="Decision about the budget">
      <p>
        <Icon name="hand" /> <b>{wait.sentence}</b>{" "}
        <span class="muted">
          It came up <RelativeTime at={wait.since} />; without a decision the call fails{" "}
          <RelativeTime at={wait.until} />. <a href="/settings/budgets">Budgets</a>
        </span>
      </p>
      <div class="actions">
        <PostForm action={action} {...inPlace}>
          <input type="hidden" name="decision" value="finish-cheaply" />
          <button type="submit" class="button" title={`The rest of the run makes do with ${dollarText(leftMicros)}`}>
            Finish cheaply
          </button>
        </PostForm>
        {/* It changes a budget, which takes the role that sets them. */}
        <Allowed post="/settings/budgets">
          <PostForm action={action} class="actions" {...inPlace}>
            <input type="hidden" name="decision" value="raise" />
            <label>
              Raise by $ <input name="by" inputmode="decimal" size={8} value={missing} required autocomplete="off" />
            </label>
            <button type="submit" class="button primary">
              Raise
            </button>
          </PostForm>
        </Allowed>
        <PostForm action={action} {...inPlace}>
          <input type="hidden" name="decision" value="stop" />
          <button type="submit" class="button danger">
            Stop
          </button>
        </PostForm>
      </div>
    </section>
  );
}
