/** Where somebody is led after signing in: a page of ours, whatever an address says. Pure. */

/** The encrypted cookie that goes to GitHub and back holds it too, and browsers keep some 4,000 characters of one. */
export const OWN_PATH_CHARS = 500;

/** Printable ASCII, as browsers write addresses: no second slash at the front, and no backslash, which they read as one. */
const OWN_PATH = /^\/(?!\/)[!-[\]-~]*$/;

/** @returns `/` for what is no path of ours, with or without a query. */
export function ownPath(text: string): string {
  return text.length <= OWN_PATH_CHARS && OWN_PATH.test(text) ? text : "/";
}

/** Of an address that a browser told; `/` where it is another server's, or none. */
export function ownPathOf(address: string, origin: string): string {
  if (!URL.canParse(address)) return "/";
  const url = new URL(address);
  return url.origin === origin ? ownPath(url.pathname + url.search) : "/";
}
