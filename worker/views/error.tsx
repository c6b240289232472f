/**
 * What went wrong, as a page or as a fragment in its place. Only sentences that are safe to show come in here.
 */
import { Icon } from "./components/icon.tsx";
import { BareLayout, Layout, type Shell } from "./layout.tsx";

export interface ErrorProps {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly requestId: string;
  /** Address to try again; null where a repeat cannot help. */
  readonly retryHref: string | null;
  /** The page that the refused action was asked from. */
  readonly back?: BackLink | undefined;
}

export interface BackLink {
  readonly href: string;
  readonly label: string;
}

/** `shell` is null for people who are not signed in. */
export function ErrorPage({ shell, ...error }: ErrorProps & { readonly shell: Shell | null }) {
  const body = (
    <div class="card error-page">
      <p class="error-status">{error.status}</p>
      <h1>{error.title}</h1>
      <p>{error.detail}</p>
      <p class="actions">
        {error.retryHref ? (
          <a class="button primary" href={error.retryHref}>
            <Icon name="rotate-cw" /> Try again
          </a>
        ) : null}
        {error.back ? (
          <a class="button primary" href={error.back.href}>
            {error.back.label}
          </a>
        ) : null}
        <a class="button" href="/">
          Go to the overview
        </a>
      </p>
      <p class="muted">
        Request <code>{error.requestId}</code>
      </p>
    </div>
  );
  if (shell === null) return <BareLayout title={error.title}>{body}</BareLayout>;
  return (
    <Layout shell={shell} section={null} title={error.title}>
      {body}
    </Layout>
  );
}

/** The same where a fragment was asked for. */
export function ErrorFragment({ status, title, detail, requestId }: ErrorProps) {
  return (
    <div class="notice notice-failed" role="alert">
      <Icon name="triangle-alert" />
      <span>
        <b>{title}</b> {detail}{" "}
        <span class="muted">
          {status} · request <code>{requestId}</code>
        </span>
      </span>
    </div>
  );
}
