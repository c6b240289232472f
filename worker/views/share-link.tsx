/**
 * The link of a shared program. Answer to `POST /playground/shares` that came through htmx.
 */
import { CopyButton } from "./components/copy-button.tsx";
import { fieldId } from "./components/error-summary.tsx";

export interface ShareLinkProps {
  readonly slug: string;
  /** Scheme and host of this installation, without a slash at its end. */
  readonly origin: string;
}

export function ShareLink({ slug, origin }: ShareLinkProps) {
  const address = `${origin}/p/${slug}`;
  return (
    <div class="share" role="status">
      <label class="share-field">
        <span>Link to this program</span>
        <input type="text" id={fieldId("share")} readonly value={address} data-select-all autofocus />
      </label>
      <CopyButton text={address} label="Copy link" />
      <a class="button quiet" href={`/p/${slug}`}>
        Open
      </a>
    </div>
  );
}
