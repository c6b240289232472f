/** `/status`: what everybody may know, on a page without navigation. */
import type { HealthState, PublicStatus } from "../domain/health.ts";
import { HealthBadge } from "./components/health-badge.tsx";
import { RelativeTime } from "./components/time.tsx";
import { BareLayout } from "./layout.tsx";

const SENTENCES: Readonly<Record<HealthState, string>> = {
  ok: "Runs are accepted and carried out.",
  degraded: "Runs are accepted; some of them may be late.",
  down: "Runs may be refused right now. What was accepted is kept, and goes on when this is over.",
};

export function StatusPage({ status, checkedAt }: PublicStatus) {
  return (
    <BareLayout title="Status">
      <div class="card">
        <h1>Status</h1>
        <p>
          <HealthBadge status={status} large />
        </p>
        <p>{SENTENCES[status]}</p>
        <p class="muted">
          Checked <RelativeTime at={checkedAt} />. People who are signed in see more on{" "}
          <a href="/health">the health page</a>.
        </p>
      </div>
    </BareLayout>
  );
}
