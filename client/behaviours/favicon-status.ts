/**
 * The state of the run on the page, in the tab's title and icon. Follows `run-state` and `run-end`, and fragments that
 * carry `data-run-state`.
 */
const MARKS: Readonly<Record<string, string>> = {
  queued: "◌",
  running: "●",
  succeeded: "✓",
  failed: "✕",
  cancelled: "⊘",
  "timed-out": "⏱",
};

const title = document.title;
const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]");

function show(state: string | undefined): void {
  const mark = state === undefined ? undefined : MARKS[state];
  if (mark === undefined) return;
  document.title = `${mark} ${title}`;
  const href = icon?.getAttribute(`data-${state}`);
  if (icon && href) icon.href = href;
}

show(document.body.dataset["runState"]);
for (const name of ["run-state", "run-end"]) {
  document.addEventListener(name, (event) => show((event as CustomEvent<{ state: string }>).detail.state));
}
document.addEventListener("htmx:after:swap", () => {
  show(document.querySelector<HTMLElement>("main [data-run-state]")?.dataset["runState"]);
});
