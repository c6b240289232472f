/**
 * Who is signed in, the theme, keyboard help and the way out. A popover, so that it opens without a script.
 */
import { ELEMENT_ID } from "../element-id.ts";
import type { IconName } from "../icon-names.ts";
import { Icon } from "./icon.tsx";

const THEMES: readonly { value: string; label: string; icon: IconName }[] = [
  { value: "auto", label: "Auto", icon: "monitor" },
  { value: "light", label: "Light", icon: "sun" },
  { value: "dark", label: "Dark", icon: "moon" },
];

const LINKS: readonly { href: string; label: string; icon: IconName }[] = [
  { href: "/settings/workspaces", label: "Switch workspace", icon: "repeat-2" },
  { href: "/settings/members", label: "People", icon: "user" },
  { href: "/settings/tokens", label: "Tokens", icon: "key-round" },
  { href: "/settings/account", label: "Account", icon: "user" },
  { href: "/settings/sessions", label: "Sessions", icon: "monitor" },
  { href: "/settings/keys", label: "Provider keys", icon: "key-round" },
  { href: "/settings/webhooks", label: "Outgoing webhooks", icon: "webhook" },
];

export function AccountMenu({ person }: { readonly person: { readonly name: string } }) {
  return (
    <div class="account">
      <button
        type="button"
        class="icon-button"
        popovertarget={ELEMENT_ID.accountMenu}
        aria-label="Account and settings"
      >
        <Icon name="user" />
      </button>
      <div id={ELEMENT_ID.accountMenu} class="menu account-menu" popover="auto">
        <p class="menu-title">
          <span class="muted">Signed in as</span> {person.name}
        </p>
        <fieldset class="segments needs-script">
          <legend class="visually-hidden">Theme</legend>
          {THEMES.map(({ value, label, icon }) => (
            <button type="button" data-theme-choice={value} aria-pressed="false">
              <Icon name={icon} /> {label}
            </button>
          ))}
        </fieldset>
        {LINKS.map(({ href, label, icon }) => (
          <a class="menu-item" href={href}>
            <Icon name={icon} /> {label}
          </a>
        ))}
        <button type="button" class="menu-item needs-script" data-dialog={ELEMENT_ID.shortcutsDialog}>
          <Icon name="keyboard" /> Keyboard shortcuts
        </button>
        <form method="post" action="/logout">
          <button type="submit" class="menu-item">
            <Icon name="log-out" /> Sign out
          </button>
        </form>
      </div>
    </div>
  );
}
