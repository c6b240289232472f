/** The pages around repositories, one tab for each: what they are, where deliveries arrive, what arrived. */
const TABS = [
  { name: "repositories", href: "/repos", label: "Repositories" },
  { name: "endpoints", href: "/inbound-endpoints", label: "Incoming webhooks" },
  { name: "deliveries", href: "/deliveries", label: "Deliveries" },
] as const;

export type RepositoryTab = (typeof TABS)[number]["name"];

export function RepositoryTabs({ current }: { readonly current: RepositoryTab }) {
  return (
    <nav class="tabs" aria-label="Around repositories">
      {TABS.map(({ name, href, label }) => (
        <a href={href} aria-current={name === current ? "page" : undefined}>
          {label}
        </a>
      ))}
    </nav>
  );
}
