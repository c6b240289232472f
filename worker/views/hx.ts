/**
 * Typed htmx 4 attributes for JSX. Owns their spelling (`hx-status:422` is no JSX name) and one invariant: nothing that
 * htmx would evaluate as code is ever written, neither `js:` values nor trigger filters in brackets. Values come from
 * the views alone, never from people's content.
 */
export type HxSwapStyle =
  | "innerHTML"
  | "outerHTML"
  | "innerMorph"
  | "outerMorph"
  | "beforeend"
  | "afterbegin"
  | "none"
  | "delete";

export type HxStatus = `${number}` | `${number}x` | `${number}xx`;

export interface HxOptions {
  readonly get?: string;
  readonly post?: string;
  readonly target?: string;
  readonly swap?: HxSwapStyle | `${HxSwapStyle} ${string}`;
  readonly trigger?: string;
  readonly select?: string;
  readonly include?: string;
  readonly indicator?: string;
  /** Elements that are disabled while the request is on its way. */
  readonly disable?: string;
  readonly sync?: string;
  readonly pushUrl?: boolean;
  readonly replaceUrl?: boolean;
  /** What a status (`422`) or a class of them (`5xx`) changes, in htmx's own notation: `target:#errors`. */
  readonly status?: Readonly<Partial<Record<HxStatus, string>>>;
}

/** For polls: an error leaves what is shown as it is, since the next answer is a moment away. */
export const KEEP_ON_ERROR: NonNullable<HxOptions["status"]> = { "4xx": "swap:none", "5xx": "swap:none" };

const NAMES: Readonly<Record<Exclude<keyof HxOptions, "status">, string>> = {
  get: "hx-get",
  post: "hx-post",
  target: "hx-target",
  swap: "hx-swap",
  trigger: "hx-trigger",
  select: "hx-select",
  include: "hx-include",
  indicator: "hx-indicator",
  disable: "hx-disable",
  sync: "hx-sync",
  pushUrl: "hx-push-url",
  replaceUrl: "hx-replace-url",
};

/** Attributes to spread into an element: `<form {...hx({ post: "/runs", target: "#list" })}>`. */
export function hx(options: HxOptions): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [key, name] of Object.entries(NAMES)) {
    const value = options[key as keyof typeof NAMES];
    if (value !== undefined) attributes[name] = checked(name, String(value));
  }
  for (const [status, value] of Object.entries(options.status ?? {})) {
    if (value !== undefined) attributes[`hx-status:${status}`] = checked("hx-status", value);
  }
  return attributes;
}

function checked(name: string, value: string): string {
  if (/^\s*(?:js|javascript):/i.test(value)) throw new Error(`${name} must not hold code`);
  if (name === "hx-trigger" && value.includes("[")) throw new Error("hx-trigger must not hold a filter");
  return value;
}
