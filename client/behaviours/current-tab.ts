/**
 * `nav [aria-current]`: where a strip of links is wider than the screen, it begins with the one for the page in sight.
 * Without a script it is found by scrolling.
 */
for (const link of document.querySelectorAll<HTMLElement>("nav [aria-current]")) {
  const strip = stripOf(link);
  if (!strip) continue;
  const [at, frame] = [link.getBoundingClientRect(), strip.getBoundingClientRect()];
  strip.scrollLeft += at.left + at.width / 2 - (frame.left + frame.width / 2);
}

/** What scrolls sideways around an element, up to its `nav`; null where nothing has to. */
function stripOf(link: HTMLElement): HTMLElement | null {
  const nav = link.closest("nav");
  for (let each = link.parentElement; each && nav?.contains(each); each = each.parentElement) {
    if (each.scrollWidth > each.clientWidth && getComputedStyle(each).overflowX === "auto") return each;
  }
  return null;
}
