/**
 * Single keys as shortcuts. They are silent while someone types, and when a modifier makes them another command.
 */
export function onKeys(actions: Readonly<Record<string, () => void>>, signal?: AbortSignal): void {
  const listen = (event: KeyboardEvent) => {
    const act = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined;
    if (!act || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event)) return;
    event.preventDefault();
    act();
  };
  document.addEventListener("keydown", listen, signal ? { signal } : {});
}

function isTyping(event: KeyboardEvent): boolean {
  // The first of the path is inside a shadow root, where the editor lives.
  const target = event.composedPath()[0];
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable || target.matches("input, textarea, select") || target.closest("dialog[open]") !== null
  );
}
