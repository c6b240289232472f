/** Texts that want to be scripts, markup or terminal commands, and what has to be left of one where people read it. */

const HIT = "window.__hit=1";
export const FOREIGN = "http://198.51.100.7/x";

/** What stands in the middle. */
const CORES = [
  `<script>${HIT}</script>`,
  `<img src=x onerror=${HIT}>`,
  `<img src=${FOREIGN}>`,
  `<svg onload=${HIT}>`,
  `<svg><script>${HIT}</script></svg>`,
  `<iframe src="javascript:${HIT}"></iframe>`,
  `<iframe srcdoc="<script>parent.__hit=1</script>"></iframe>`,
  `<a href="javascript:${HIT}">x</a>`,
  `<body onload=${HIT}>`,
  `<details open ontoggle=${HIT}>`,
  `<input autofocus onfocus=${HIT}>`,
  `<style>@import "${FOREIGN}";</style>`,
  `<link rel=stylesheet href=${FOREIGN}>`,
  `<meta http-equiv=refresh content="0;url=${FOREIGN}">`,
  `<base href=${FOREIGN}>`,
  `<form action=${FOREIGN}><button autofocus>x</button></form>`,
  `<object data=${FOREIGN}></object>`,
  `<div hx-get="${FOREIGN}" hx-trigger="load"></div>`,
  `<div hx-on:load="${HIT}"></div>`,
  `[x](javascript:${HIT})`,
  `![x](${FOREIGN})`,
  `<javascript:${HIT}>`,
  `\u001b]8;;javascript:${HIT}\u0007x\u001b]8;;\u0007`,
  `\u001b[31m<img src=x onerror=${HIT}>\u001b[0m`,
  `\u001b]0;<script>${HIT}</script>\u0007`,
  `&lt;script&gt;${HIT}&lt;/script&gt;`,
  `\${${HIT}}`,
  `{{constructor.constructor('${HIT}')()}}`,
  `\u202e<script>${HIT}</script>`,
];
/** What it tries to break out of. */
const BEFORE = ["", '">', "'>", "</title>", "</textarea>", "</script>", "</style>", "-->", "]]>", "`", "\\", "&#34;>"];
const AFTER = ["", "<!--", '"', "<x a='", "//", "\u0000"];

/** How many there are. */
export const ALL_PAYLOADS = BEFORE.length * CORES.length * AFTER.length;

/** The same each time, and different for each index below {@link ALL_PAYLOADS}: neighbours differ in all three parts. */
export function payload(index: number): string {
  const before = BEFORE[index % BEFORE.length]!;
  const core = CORES[(index * 7 + Math.floor(index / BEFORE.length)) % CORES.length]!;
  const turn = Math.floor(index / (BEFORE.length * CORES.length));
  return before + core + AFTER[(turn + index) % AFTER.length]!;
}

export const oneLine = (text: string) => text.replace(/\p{Cc}/gu, " ").trim();

/** What is left of a text on a page: without what a terminal takes for itself, what cannot be seen, and blanks. */
export function visible(text: string): string {
  const printed = text.replace(/\u001b\][^\u0007]*\u0007|\u001b\[[0-9;]*m/g, "");
  return printed.replace(/[\s\p{Cc}\p{Cf}\u2400-\u243f\ufffd]/gu, "");
}
