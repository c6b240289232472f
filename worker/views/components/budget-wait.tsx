/** A run that waits for a person to decide about its budget, with what may be chosen. */

import type { BudgetWait } from "../../domain/budget-wait.ts";
import { dollarText } from "../../domain/dollars.ts";
import { Allowed, PostForm } from "./allowed.tsx";
import { Icon } from "./icon.tsx";
import { RelativeTime } from "./time.tsx";

export function BudgetWaitPanel({ runId, wait }: { readonly runId: string; readonly wait: BudgetWait }) {
  const { neededMicros, leftMicros } = wait;
  // Whole cents, so that what is raised is enough for the call that waits.
  const missing = (Math.ceil(Math.max(1, neededMicros - leftMicros) / 10_000) / 100).toFixed(2);
  const action = `/runs/${runId}/budget-decisions`;
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
        <PostForm action={action}>
          <input type="hidden" name="decision" value="finish-cheaply" />
          <button type="submit" class="button" title={`The rest of the run makes do with ${dollarText(leftMicros)}`}>
            Finish cheaply
          </button>
        </PostForm>
        {/* It changes a budget, which takes the role that sets them. */}
        <Allowed post="/settings/budgets">
          <PostForm action={action} class="actions">
            <input type="hidden" name="decision" value="raise" />
            <label>
              Raise by $ <input name="by" inputmode="decimal" size={8} value={missing} required autocomplete="off" />
            </label>
            <button type="submit" class="button primary">
              Raise
            </button>
          </PostForm>
        </Allowed>
        <PostForm action={action}>
          <input type="hidden" name="decision" value="stop" />
          <button type="submit" class="button danger">
            Stop
          </button>
        </PostForm>
      </div>
    </section>
  );
}
