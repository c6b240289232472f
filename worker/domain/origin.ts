/** What a program in the playground was made from, in the one line that a form and a share keep. */
import { isId } from "./ids.ts";

export type Origin = { readonly kind: "share"; readonly slug: string } | { readonly kind: "run"; readonly id: string };

export function writeOrigin(origin: Origin): string {
  return origin.kind === "share" ? `share:${origin.slug}` : `run:${origin.id}`;
}

/** Null for anything that names no origin. */
export function readOrigin(text: string | null): Origin | null {
  const [kind, ...rest] = (text ?? "").split(":");
  const name = rest.join(":");
  if (kind === "share" && /^[0-9a-f]{8,64}$/.test(name)) return { kind, slug: name };
  return kind === "run" && isId("run", name) ? { kind, id: name } : null;
}
