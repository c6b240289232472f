/** `/settings/sessions`: where a person is signed in, and the way out from each. */

import { browserName } from "./browser-name.ts";
import { PostForm } from "./components/allowed.tsx";
import { DataTable } from "./components/data-table.tsx";
import { SettingsPage } from "./components/settings-page.tsx";
import { RelativeTime } from "./components/time.tsx";
import type { Shell } from "./layout.tsx";

export interface ShownSession {
  readonly id: string;
  readonly userAgent: string;
  readonly createdAt: string;
  readonly lastSeenAt: string;
  readonly endsAt: string;
  /** The one that this page was asked with. */
  readonly isCurrent: boolean;
}

export function SessionsPage({
  shell,
  sessions,
}: {
  readonly shell: Shell;
  readonly sessions: readonly ShownSession[];
}) {
  return (
    <SettingsPage
      shell={shell}
      tab="sessions"
      action={
        sessions.length > 1 ? (
          <PostForm action="/settings/sessions/revocations">
            <button type="submit" class="button">
              Sign out everywhere else
            </button>
          </PostForm>
        ) : null
      }
    >
      <div class="results">
        <DataTable
          caption="Your sessions, the last used first"
          columns={["Browser", "Last used", "Signed in", "Ends", { hidden: "Actions" }]}
        >
          {sessions.map((session) => (
            <SessionRow session={session} />
          ))}
        </DataTable>
      </div>
      <p class="muted">
        A session ends 30 days after it began, and after a week without use. One that is revoked is refused within
        seconds, also where a run is being watched.
      </p>
    </SettingsPage>
  );
}

function SessionRow({ session }: { readonly session: ShownSession }) {
  const name = browserName(session.userAgent);
  return (
    <tr>
      <td class="cell-run">
        {name} {session.isCurrent ? <span class="mark">This one</span> : null}
      </td>
      <td class="muted" data-label="Last used">
        <RelativeTime at={session.lastSeenAt} />
      </td>
      <td class="muted" data-label="Signed in">
        <RelativeTime at={session.createdAt} />
      </td>
      <td class="muted" data-label="Ends">
        <RelativeTime at={session.endsAt} />
      </td>
      <td>
        <PostForm action={`/settings/sessions/${session.id}/revocation`}>
          <button type="submit" class="button quiet">
            {session.isCurrent ? "Sign out" : "Revoke"} <span class="visually-hidden">{name}</span>
          </button>
        </PostForm>
      </td>
    </tr>
  );
}
