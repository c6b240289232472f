/** The pages of settings, one tab for each. */
import { useMay } from "./allowed.tsx";

const TABS = [
  { name: "people", href: "/settings/members", label: "People" },
  { name: "tokens", href: "/settings/tokens", label: "Tokens" },
  { name: "sessions", href: "/settings/sessions", label: "Sessions" },
  { name: "workspaces", href: "/settings/workspaces", label: "Workspaces" },
  { name: "keys", href: "/settings/keys", label: "Provider keys" },
  { name: "limits", href: "/settings/limits", label: "Limits" },
  { name: "budgets", href: "/settings/budgets", label: "Budgets" },
  { name: "meetings", href: "/settings/meetings", label: "Meetings" },
  { name: "webhooks", href: "/settings/webhooks", label: "Outgoing webhooks" },
  { name: "audit", href: "/settings/audit", label: "Audit log" },
] as const;

export type SettingsTab = (typeof TABS)[number]["name"];

export function SettingsTabs({ current }: { readonly current: SettingsTab }) {
  const may = useMay();
  return (
    <nav class="tabs" aria-label="Settings">
      {TABS.filter(({ href }) => may("GET", href)).map(({ name, href, label }) => (
        <a href={href} aria-current={name === current ? "page" : undefined}>
          {label}
        </a>
      ))}
    </nav>
  );
}
