/**
 * Putting text on the clipboard, and saying that it is there.
 */
const FLASH_MS = 1_500;

export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without a secure context or the permission there is no other way that works everywhere.
    return false;
  }
}

/** Shows another word in a button for a moment. */
export function flashLabel(button: Element, selector: string, word: string): void {
  const label = button.querySelector<HTMLElement>(selector);
  if (!label || label.dataset["was"] !== undefined) return;
  const was = label.textContent ?? "";
  label.dataset["was"] = was;
  label.textContent = word;
  setTimeout(() => {
    label.textContent = was;
    delete label.dataset["was"];
  }, FLASH_MS);
}
