/**
 * Marks the fields that an arrived error summary names, as the server does on a whole page: `aria-invalid` and
 * `aria-describedby`. In the playground they go with the next request of a form. A field that is changed loses its mark.
 */
import { ELEMENT_ID } from "../../worker/views/element-id.ts";

function fieldOf(item: HTMLElement): HTMLElement | null {
  return document.getElementById(item.id.replace(/-error$/, ""));
}

function clear(field: Element): void {
  field.removeAttribute("aria-invalid");
  field.removeAttribute("aria-describedby");
}

document.addEventListener("htmx:before:request", ({ target }) => {
  // Of a request whose element has left the page meanwhile, the target is the document.
  if (!(target instanceof Element) || !target.closest(".playground form")) return;
  for (const place of [ELEMENT_ID.playgroundErrors, ELEMENT_ID.runNotice])
    document.getElementById(place)?.replaceChildren();
  for (const field of document.querySelectorAll("[aria-invalid]")) clear(field);
});

document.addEventListener("htmx:after:swap", () => {
  for (const item of document.querySelectorAll<HTMLElement>(".error-summary [data-field]")) {
    const field = fieldOf(item);
    if (!item.id || !field) continue;
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", item.id);
    field.closest("details")?.setAttribute("open", "");
  }
});

document.addEventListener("input", ({ target }) => {
  if (target instanceof Element && target.hasAttribute("aria-invalid")) clear(target);
});
