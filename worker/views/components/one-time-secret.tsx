/** A secret that was just made, shown this once: what it is, and what to do with it. */
import type { Child } from "hono/jsx";
import { CopyButton } from "./copy-button.tsx";
import { Icon } from "./icon.tsx";

export interface OneTimeSecretProps {
  readonly title: string;
  readonly secret: string;
  readonly copyLabel: string;
  readonly children: Child;
}

export function OneTimeSecret({ title, secret, copyLabel, children }: OneTimeSecretProps) {
  return (
    <section class="notice notice-succeeded webhook-secret" aria-labelledby="new-secret-title">
      <Icon name="key-round" />
      <div>
        <h2 id="new-secret-title">{title}</h2>
        <p>
          <code id="new-secret">{secret}</code> <CopyButton fromId="new-secret" label={copyLabel} />
        </p>
        <p class="muted">{children}</p>
      </div>
    </section>
  );
}
