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
  /** Of a page about one thing, in the place of the tab's own heading. */
  readonly thing?: { readonly title: string; readonly head: Child };
  /** What did not happen, where there are errors. */
  readonly failure?: string;
  readonly errors?: readonly FieldError[];
  readonly children: Child;
}

export function SettingsPage(props: SettingsPageProps) {
  const { shell, tab, action, thing, failure = "Nothing was changed", errors = [], children } = props;
  const { label } = PAGES[tab];
  return (
    <Layout shell={shell} section={null} title={thing?.title ?? label}>
      {thing?.head ?? (
        <div class="page-head">
          <h1>{label}</h1>
          {action}
        </div>
      )}
      <Tabs current={tab} />
      <div class="settings">
        <ErrorSummary title={failure} errors={errors} />
        {children}
      </div>
    </Layout>
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
