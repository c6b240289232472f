/**
 * "Describe it": a model writes the program into the editor. Nothing is run by it; the label says who wrote it.
 */
import { Icon } from "./icon.tsx";

export function GenerateBox({ provider }: { readonly provider: { readonly name: string; readonly isMock: boolean } }) {
  return (
    <div class="generate needs-script" data-generate>
      <label class="generate-field">
        <Icon name="sparkles" />
        <span class="visually-hidden">Describe the program</span>
        <input
          type="text"
          data-generate-text
          maxlength={4000}
          placeholder="Describe a program, and it is written here"
          autocomplete="off"
        />
      </label>
      <span class={provider.isMock ? "mark mark-mock" : "mark"}>{provider.isMock ? "Mock" : provider.name}</span>
      <button type="button" class="button" data-generate-start>
        Generate
      </button>
      <button type="button" class="button" data-generate-stop hidden>
        <Icon name="square" /> Stop
      </button>
      <p class="generate-status muted" role="status" data-generate-status></p>
    </div>
  );
}
