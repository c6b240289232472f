/** `/settings/sessions`: where a person is signed in, and the way out from each. */

import { browserName } from "./browser-name.ts";
import { PostForm } from "./components/allowed.tsx";
import { SettingsTabs } from "./components/settings-tabs.tsx";
import { RelativeTime } from "./components/time.tsx";
import { Layout, type Shell } from "./layout.tsx";

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
    <Layout shell={shell} section={null} title="Sessions">
      <div class="page-head">
        <h1>Sessions</h1>
        {sessions.length > 1 ? (
          <PostForm action="/settings/sessions/revocations">
            <button type="submit" class="button">
              Sign out everywhere else
            </button>
          </PostForm>
        ) : null}
      </div>
      <SettingsTabs current="sessions" />
      <div class="settings">
        <div class="results">
          <table class="runs">
            <caption class="visually-hidden">Your sessions, the last used first</caption>
            <thead>
              <tr>
                <th scope="col">Browser</th>
                <th scope="col">Last used</th>
                <th scope="col">Signed in</th>
                <th scope="col">Ends</th>
                <th scope="col">
                  <span class="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {sessions.map((session) => (
                <SessionRow session={session} />
              ))}
            </tbody>
          </table>
        </div>
        <p class="muted">
          A session ends 30 days after it began, and after a week without use. One that is revoked is refused within
          seconds, also where a run is being watched.
        </p>
      </div>
    </Layout>
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
