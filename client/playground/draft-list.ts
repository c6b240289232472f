/** Where people find their drafts: in the History menu, and in a line above a program that another visit left unsaved. */
import { PLAYGROUND_MODES } from "../../worker/domain/playground-modes.ts";
import { type Draft, type DraftProgram, draftTitle, flushDraft, readDrafts } from "./drafts.ts";

type Restore = (draft: Draft) => void;

/** Filled anew each time the menu opens. */
export function setUpDraftList({ menu, restore }: { readonly menu: HTMLElement; readonly restore: Restore }): void {
  const section = menu.querySelector<HTMLElement>("[data-drafts]")!;
  menu.addEventListener("beforetoggle", (event) => {
    if ((event as ToggleEvent).newState !== "open") return;
    flushDraft();
    const items = readDrafts().map((draft) =>
      itemOf(draft, () => {
        menu.hidePopover();
        restore(draft);
      }),
    );
    section.hidden = items.length === 0;
    section.querySelector("[data-draft-list]")!.replaceChildren(...items);
  });
}

export interface DraftNoticeParts {
  readonly notice: HTMLElement;
  /** A fresh page has its draft in the editor already. */
  readonly isBlank: boolean;
  readonly program: () => DraftProgram;
  readonly restore: Restore;
}

export function setUpDraftNotice({ notice, isBlank, program, restore }: DraftNoticeParts): void {
  const draft = readDrafts()[0];
  if (isBlank || !draft || isSame(draft, program())) return;
  notice.querySelector("[data-draft-words]")!.textContent = `Your unsaved draft “${draftTitle(draft)}” is kept. `;
  notice.hidden = false;
  notice.querySelector("[data-draft-restore]")!.addEventListener("click", () => {
    notice.hidden = true;
    restore(draft);
  });
}

function isSame(a: DraftProgram, b: DraftProgram): boolean {
  const text = ({ language, entry, files, stdin, args }: DraftProgram) =>
    JSON.stringify([language, entry, Object.entries(files), stdin, args]);
  return text(a) === text(b);
}

function itemOf(draft: Draft, open: () => void): HTMLElement {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "menu-item";
  const title = document.createElement("b");
  title.textContent = draftTitle(draft);
  const facts = document.createElement("span");
  facts.className = "history-facts muted";
  const time = document.createElement("relative-time");
  time.setAttribute("datetime", new Date(draft.at).toISOString());
  time.setAttribute("format-style", "narrow");
  time.setAttribute("precision", "second");
  facts.append(`Draft · ${PLAYGROUND_MODES[draft.language].label} · `, time);
  button.append(title, facts);
  button.addEventListener("click", open);
  item.append(button);
  return item;
}
