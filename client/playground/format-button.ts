/**
 * The Format button and Shift+Alt+F. A file that does not parse stays as it is, and its error is shown with its line.
 */
import type { CodeEditorElement } from "../code-editor.ts";
import type { EditorLanguage } from "./editor-languages.ts";

export interface FormatParts {
  readonly button: HTMLButtonElement;
  readonly status: HTMLElement;
  readonly editor: CodeEditorElement;
  /** The open file. */
  readonly file: () => { readonly name: string; readonly language: EditorLanguage };
}

const TITLE = "Format this file (Shift+Alt+F)";

/** Why a file cannot be formatted. */
const WITHOUT: Partial<Record<EditorLanguage, string>> = {
  python: "There is no formatter for Python here",
  text: "There is no formatter for this kind of file",
};

export interface FormatButton {
  /** Call it when another file is open. */
  update(): void;
}

export function setUpFormat({ button, status, editor, file }: FormatParts): FormatButton {
  const say = (...content: (string | Node)[]) => status.replaceChildren(...content);

  const format = async () => {
    const { name, language } = file();
    if (WITHOUT[language]) return say(`${WITHOUT[language]}.`);
    const before = editor.value;
    button.ariaBusy = "true";
    try {
      const { formatText } = await import("./formatting.ts");
      const result = await formatText(before, editor.cursor, language);
      // Somebody went on typing, or opened another file: their text wins.
      if (file().name !== name || editor.value !== before) return;
      if (!result.ok) return say(`Not formatted: ${result.message} `, placeLink(name, result.line, result.column));
      if (result.text === before) return say("Already formatted.");
      editor.rewrite(result.text, result.cursor);
      say("");
    } catch (error) {
      say(`Not formatted: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      button.ariaBusy = null;
    }
  };

  button.addEventListener("click", format);
  document.addEventListener("keydown", (event) => {
    // By its place on the keyboard: with Alt, the letter is another one on some systems.
    if (event.code !== "KeyF" || !event.shiftKey || !event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    void format();
  });
  editor.addEventListener("editor-change", () => say(""));

  return {
    update() {
      const reason = WITHOUT[file().language];
      // Not `disabled`: a disabled button shows no title, and the reason is what people look for.
      button.ariaDisabled = reason ? "true" : null;
      button.title = reason ?? TITLE;
      say("");
    },
  };
}

/** Followed by the page's own handler for places. */
function placeLink(file: string, line: number | null, column: number | null): Node {
  if (line === null) return document.createTextNode("");
  const link = document.createElement("button");
  link.type = "button";
  link.className = "link";
  link.dataset["gotoFile"] = file;
  link.dataset["gotoLine"] = String(line);
  link.dataset["gotoColumn"] = String(column ?? 1);
  link.textContent = `${file}:${line}`;
  return link;
}
