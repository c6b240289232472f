/**
 * Keeps polling polite. A poll is a request that the trigger `every` started: it is left out while the page is hidden
 * or paused, sends back the ETag of the last answer so that an unchanged page costs a 304, and runs at once when the
 * page is seen again.
 */
interface RequestEvent extends Event {
  readonly detail: {
    readonly ctx: {
      readonly sourceElement: Element;
      readonly sourceEvent?: Event;
      readonly request: { readonly headers: Record<string, string> };
      readonly response?: { readonly status: number; readonly headers: Headers };
    };
  };
}

const etags = new WeakMap<Element, string>();
let isMissed = false;

function isPaused(element: Element): boolean {
  return element.closest("[data-poll-pause]")?.hasAttribute("data-paused") ?? false;
}

document.addEventListener("htmx:config:request", (event) => {
  const { sourceElement, sourceEvent, request } = (event as RequestEvent).detail.ctx;
  if (sourceEvent?.type !== "every") return;
  if (document.hidden || isPaused(sourceElement)) {
    isMissed ||= document.hidden;
    event.preventDefault();
    return;
  }
  const etag = etags.get(sourceElement);
  if (etag) request.headers["If-None-Match"] = etag;
});

document.addEventListener("htmx:after:request", (event) => {
  const { sourceElement, response } = (event as RequestEvent).detail.ctx;
  const etag = response?.headers.get("etag");
  if (etag) etags.set(sourceElement, etag);
  const updates = sourceElement.getAttribute("data-updates");
  if (!updates || !response || response.status >= 400) return;
  // "Updated" means looked at: an unchanged answer is as fresh as a new one.
  document.getElementById(updates)?.setAttribute("datetime", new Date().toISOString());
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden || !isMissed) return;
  isMissed = false;
  for (const element of document.querySelectorAll("[hx-trigger*=every]"))
    element.dispatchEvent(new CustomEvent("every"));
});

document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest("[data-poll-toggle]");
  const scope = button?.closest("[data-poll-pause]");
  if (!button || !scope) return;
  const paused = scope.toggleAttribute("data-paused");
  button.setAttribute("aria-pressed", String(paused));
  if (paused) return;
  for (const element of scope.querySelectorAll("[hx-trigger*=every]")) element.dispatchEvent(new CustomEvent("every"));
});
