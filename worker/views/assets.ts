/**
 * Addresses of built files. A name that was not built is a mistake of ours and throws at once.
 */
import { ASSETS } from "./generated/assets.ts";

export function asset(name: string): string {
  const address = ASSETS[name];
  if (address === undefined) throw new Error(`no built asset is named ${name}`);
  return address;
}
