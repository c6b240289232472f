/**
 * What is added to a page before it is previewed. Invariant: its lines keep their numbers, so that an error's place is
 * the place in the person's own file.
 */

/**
 * Puts the recorder before every script of the page, and asks for scripts, styles and pictures in a way that lets the
 * page see its own errors and pixels: to an opaque origin even its own files are foreign.
 */
export function withRecorder(html: string, recorderAddress: string): ReadableStream {
  const at = endOfDoctype(html);
  const marked = `${html.slice(0, at)}<script src="${recorderAddress}" data-recorder></script>${html.slice(at)}`;
  const page = new Response(marked, { headers: { "content-type": "text/html; charset=utf-8" } });
  return new HTMLRewriter().on("script[src], link[href], img[src]", { element: readable }).transform(page).body!;
}

function readable(element: Element): void {
  if (element.hasAttribute("data-recorder")) element.removeAttribute("data-recorder");
  else if (!element.hasAttribute("crossorigin")) element.setAttribute("crossorigin", "anonymous");
}

/** The longest doctype of any HTML has some 120. */
const DOCTYPE_CHARS = 1_000;

/** A script before the doctype would put the page into quirks mode. 0 without one. */
function endOfDoctype(html: string): number {
  let at = html.startsWith("\uFEFF") ? 1 : 0;
  for (;;) {
    while (/\s/.test(html.charAt(at))) at++;
    if (!html.startsWith("<!--", at)) break;
    const end = html.indexOf("-->", at + 4);
    if (end === -1) return 0;
    at = end + 3;
  }
  const doctype = /^<!doctype[^>]*>/i.exec(html.slice(at, at + DOCTYPE_CHARS))?.[0];
  return doctype === undefined ? 0 : at + doctype.length;
}
