/**
 * One icon, drawn inline so that it takes the colour of its text. Decorative: the word beside it carries the meaning.
 */
import { raw } from "hono/html";
import { ICONS } from "../generated/icons.ts";
import type { IconName } from "../icon-names.ts";

export interface IconProps {
  readonly name: IconName;
  readonly class?: string;
}

export function Icon({ name, class: className }: IconProps) {
  return (
    <svg
      class={className ? `icon ${className}` : "icon"}
      viewBox="0 0 24 24"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {raw(ICONS[name])}
    </svg>
  );
}
