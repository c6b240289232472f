/** Answer to `POST /playground/snippets` that came through htmx: where the program is kept now. */
import { Icon } from "./components/icon.tsx";

export function SavedSnippet({ name, version }: { readonly name: string; readonly version: number }) {
  return (
    <p class="notice notice-succeeded" role="status">
      <Icon name="check" /> Saved as <a href={`/snippets/${name}`}>{name}</a>, version {version}.
    </p>
  );
}
