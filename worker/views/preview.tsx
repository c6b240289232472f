/**
 * A page under preview: in the playground's panel with what its console says, and alone in a tab. Both hold the page in
 * a frame that shares nothing with the console; the address it loads says the same in its own headers.
 */
import { Icon } from "./components/icon.tsx";
import { ELEMENT_ID } from "./element-id.ts";
import type { IconName } from "./icon-names.ts";
import { BareLayout } from "./layout.tsx";

export interface PreviewProps {
  /** What makes the address unguessable. */
  readonly secret: string;
  readonly entry: string;
}

const WIDTHS: readonly { name: string; label: string; icon: IconName }[] = [
  { name: "full", label: "Full width", icon: "monitor" },
  { name: "tablet", label: "Tablet, 768 px", icon: "tablet" },
  { name: "phone", label: "Phone, 375 px", icon: "smartphone" },
];

/** Answer to `POST /playground/runs` with a page, when it came through htmx. */
export function PreviewPanel({ secret, entry }: PreviewProps) {
  return (
    <section id={ELEMENT_ID.runPanel} class="run-panel preview-panel" aria-label="Preview" data-preview>
      <header class="run-panel-head">
        <h2>Preview</h2>
        <fieldset class="segments preview-widths">
          <legend class="visually-hidden">Width of the preview</legend>
          {WIDTHS.map(({ name, label, icon }) => (
            <button
              type="button"
              data-preview-width={name}
              aria-pressed={name === "full" ? "true" : "false"}
              aria-label={label}
              title={label}
            >
              <Icon name={icon} />
            </button>
          ))}
        </fieldset>
        <button type="button" class="button quiet" data-preview-reload>
          <Icon name="rotate-cw" /> Reload
        </button>
        <a class="preview-full" href={`/playground/previews/${secret}`} target="_blank" rel="noopener noreferrer">
          Open in full <Icon name="external-link" />
        </a>
      </header>
      <div class="preview-stage" data-preview-stage data-width="full">
        <Frame secret={secret} entry={entry} />
      </div>
      <section class="preview-console" aria-label="Console of the preview">
        <header>
          <h3>Console</h3>
          <span class="muted" data-preview-count></span>
          <button type="button" class="button quiet" data-preview-clear>
            Clear
          </button>
        </header>
        <div class="log-scroll" role="log" aria-live="off" aria-label="Messages of the preview" tabindex={0}></div>
        <p class="preview-status muted" role="status" data-preview-status></p>
      </section>
    </section>
  );
}

function Frame({ secret, entry }: PreviewProps) {
  const path = entry.split("/").map(encodeURIComponent).join("/");
  return (
    <iframe
      class="preview-frame"
      title="Preview of the page"
      src={`/previews/${secret}/${path}`}
      sandbox="allow-scripts allow-forms"
      allow=""
      referrerpolicy="no-referrer"
    ></iframe>
  );
}

/** `GET /playground/previews/:secret`: the page in a tab of its own, still in a frame, so that it cannot lead the tab away. */
export function FullPreviewPage(props: PreviewProps) {
  return (
    <BareLayout title="Preview">
      <h1 class="visually-hidden">Preview</h1>
      <Frame {...props} />
    </BareLayout>
  );
}
