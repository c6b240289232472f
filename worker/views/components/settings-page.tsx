/**
 * The frame of each page of settings: its heading, the tabs to the others, and what was wrong with what was sent. Owns the
 * list of these pages: a new one is a new row.
 */
import type { Child } from "hono/jsx";
import { Layout, type Shell } from "../layout.tsx";
import { useMay } from "./allowed.tsx";
import { ErrorSummary, type FieldError } from "./error-summary.tsx";

const PAGES = {
  people: { href: "/settings/members", label: "People" },
  tokens: { href: "/settings/tokens", label: "Tokens" },
  account: { href: "/settings/account", label: "Account" },
  sessions: { href: "/settings/sessions", label: "Sessions" },
  workspaces: { href: "/settings/workspaces", label: "Workspaces" },
  keys: { href: "/settings/keys", label: "Provider keys" },
  limits: { href: "/settings/limits", label: "Limits" },
  budgets: { href: "/settings/budgets", label: "Budgets" },
  meetings: { href: "/settings/meetings", label: "Meetings" },
  webhooks: { href: "/settings/webhooks", label: "Outgoing webhooks" },
  audit: { href: "/settings/audit", label: "Audit log" },
} as const;

type SettingsTab = keyof typeof PAGES;

interface SettingsPageProps {
  readonly shell: Shell;
  readonly tab: SettingsTab;
  /** Beside the heading. */
  readonly action?: Child;
  /** Of a page about one of the things that the tab lists. */
  readonly thing?: Thing;
  /** What did not happen, where there are errors. */
  readonly failure?: string;
  readonly errors?: readonly FieldError[];
  readonly children: Child;
}

interface Thing {
  /** Of the window. */
  readonly title: string;
  readonly name: string;
  readonly badge: Child;
  readonly note?: string;
  /** Buttons. */
  readonly actions: Child;
}

export function SettingsPage(props: SettingsPageProps) {
  const { shell, tab, action, thing, failure = "Nothing was changed", errors = [], children } = props;
  const { label } = PAGES[tab];
  return (
    <Layout shell={shell} section={null} title={thing?.title ?? label}>
      {thing === undefined ? (
        <div class="page-head">
          <h1>{label}</h1>
          {action}
        </div>
      ) : (
        <ThingHead tab={tab} thing={thing} />
      )}
      <Tabs current={tab} />
      <div class="settings">
        <ErrorSummary title={failure} errors={errors} />
        {children}
      </div>
    </Layout>
  );
}

function ThingHead({
  tab,
  thing: { name, badge, note, actions },
}: {
  readonly tab: SettingsTab;
  readonly thing: Thing;
}) {
  const { href, label } = PAGES[tab];
  return (
    <div class="run-header">
      <p>
        <a href={href}>{label}</a>
      </p>
      <div class="page-head">
        <h1 class="webhook-address">{name}</h1>
        {badge}
      </div>
      {note ? <p class="muted">{note}</p> : null}
      <div class="actions">{actions}</div>
    </div>
  );
}

function Tabs({ current }: { readonly current: SettingsTab }) {
  const may = useMay();
  return (
    <nav class="tabs" aria-label="Settings">
      {Object.entries(PAGES)
        .filter(([, { href }]) => may("GET", href))
        .map(([name, { href, label }]) => (
          <a href={href} aria-current={name === current ? "page" : undefined}>
            {label}
          </a>
        ))}
    </nav>
  );
}
