/**
 * Keys that work on every page: `?` for the list of keys, `g` and a letter to go somewhere.
 */
import { ELEMENT_ID } from "../../worker/views/element-id.ts";
import { onKeys } from "../keys.ts";

const CHORD_MS = 1_000;
const PLACES: Readonly<Record<string, string>> = { o: "/", p: "/playground", q: "/queue", r: "/runs" };

let chordUntil = 0;

function go(key: string): () => void {
  return () => {
    if (Date.now() < chordUntil) location.assign(PLACES[key] ?? "/");
  };
}

onKeys({
  "?": () => {
    const dialog = document.getElementById(ELEMENT_ID.shortcutsDialog);
    if (dialog instanceof HTMLDialogElement) dialog.showModal();
  },
  g: () => {
    chordUntil = Date.now() + CHORD_MS;
  },
  o: go("o"),
  p: go("p"),
  q: go("q"),
  r: go("r"),
});
