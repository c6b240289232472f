/**
 * Every way in which the console sends what somebody typed: the forms, and the controls of scripts, of pages as Chromium
 * reads them. What a page shows after a script has run counts; a form that no page shows cannot be found.
 */
import type { Page } from "playwright-core";
import { ROUTE_ACCESS } from "../../../worker/middleware/route-access.ts";

export interface RenderedField {
  readonly name: string;
  /** `text`, `textarea`, `select-one`, `hidden`, `checkbox` …, as `HTMLInputElement.type` says. */
  readonly type: string;
  readonly value: string;
}

export interface RenderedForm {
  /** The route that takes it, as the table of routes names it: `POST /settings/tokens/:id/revocation`. */
  readonly route: string;
  /** Path and query. */
  readonly action: string;
  readonly fields: readonly RenderedField[];
}

export interface PageForms {
  readonly forms: readonly RenderedForm[];
  /** Controls that are typed into and that no form sends: what scripts of the page read. */
  readonly loose: readonly string[];
}

const ROUTES = Object.keys(ROUTE_ACCESS).map((name) => {
  const [method, path] = name.split(" ") as [string, string];
  const parts = path.replaceAll(".", "\\.").replace(/:\w+(?:\{(.*?)\})?/g, (_, shape?: string) => shape ?? "[^/]+");
  return { name, method, pattern: new RegExp(`^${parts}$`), isExact: !path.includes(":") };
});

/** The row of a request in the table of routes. */
export function routeOf(method: string, address: string): string {
  const path = address.replace(/[?#].*$/s, "");
  const fits = ROUTES.filter((route) => route.method === method && route.pattern.test(path));
  const route = fits.find(({ isExact }) => isExact) ?? fits[0];
  if (!route) throw new Error(`No route takes ${method} ${path}`);
  return route.name;
}

interface Found {
  readonly method: string;
  readonly action: string;
  readonly fields: readonly RenderedField[];
}

/** A button may send its form elsewhere, and an element may send what is around it by itself: each is one of its own. */
const READ_FORMS = `(() => {
  const fieldsOf = (form, by) => [...form.elements]
    .filter(({ name, type }) => name && type !== "fieldset")
    .filter((each) => each.type !== "submit" || each === by || !by)
    .map(({ name, type, value }) => ({ name, type, value }));
  const found = [];
  const sent = [...document.forms].filter(({ method }) => method !== "dialog");
  for (const form of sent) {
    const action = form.getAttribute("action") ?? location.pathname;
    found.push({ method: form.method.toUpperCase(), action, fields: fieldsOf(form, null) });
    for (const button of form.elements)
      if (button.hasAttribute("formaction"))
        found.push({ method: "POST", action: button.getAttribute("formaction"), fields: fieldsOf(form, button) });
  }
  for (const verb of ["get", "post"])
    for (const element of document.querySelectorAll("[hx-" + verb + "]")) {
      const form = element.form ?? element.closest("form");
      const fields = form && verb === "post" ? fieldsOf(form, element) : [];
      found.push({ method: verb.toUpperCase(), action: element.getAttribute("hx-" + verb), fields });
    }
  const loose = [...document.querySelectorAll("input, textarea, select, [contenteditable]")]
    .filter((each) => (!sent.includes(each.form) || !each.name) && !/^(?:checkbox|hidden)$/.test(each.type))
    .map((each) => each.name || (each.labels?.[0] ?? each).textContent.trim() || each.placeholder);
  return { found, loose };
})()`;

export async function formsOf(page: Page): Promise<PageForms> {
  const { found, loose } = (await page.evaluate(READ_FORMS)) as { found: Found[]; loose: string[] };
  const forms = found
    .filter(({ action }) => action !== "")
    .map(({ method, action, fields }) => ({ route: routeOf(method, action), action, fields }));
  return { forms, loose };
}
