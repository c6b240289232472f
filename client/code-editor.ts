/**
 * `<code-editor>`: CodeMirror in a shadow root. There its styles become adopted style sheets; in the document they
 * would be style elements, which the content security policy forbids. The text area it contains is what a browser
 * without a script submits; it gives its text to the editor and is then left out of the form.
 *
 * Attributes: data-language (`typescript`, `javascript`, `text`), data-label. Fires `editor-change` on each edit that
 * the person made, and `editor-run` on Ctrl or ⌘ with Enter.
 */
import { indentWithTab } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { basicSetup } from "codemirror";
import { editorTheme } from "./playground/editor-theme.ts";

export type EditorLanguage = "typescript" | "javascript" | "text";

function languageExtension(language: EditorLanguage) {
  return language === "text" ? [] : javascript({ typescript: language === "typescript" });
}

export class CodeEditorElement extends HTMLElement {
  #view!: EditorView;
  #language = new Compartment();
  /** What each document keeps of its own: selection, undo history. */
  #states = new Map<string, EditorState>();
  #name = "";

  connectedCallback(): void {
    if (this.shadowRoot) return;
    const source = this.querySelector("textarea");
    const root = this.attachShadow({ mode: "open" });
    this.#view = new EditorView({
      root,
      parent: root,
      state: this.#stateOf(source?.value ?? "", this.#initialLanguage),
    });
    if (source) source.disabled = true;
  }

  get #initialLanguage(): EditorLanguage {
    return this.dataset["language"] === "javascript" ? "javascript" : "typescript";
  }

  #stateOf(text: string, language: EditorLanguage): EditorState {
    const run = () => this.dispatchEvent(new CustomEvent("editor-run", { bubbles: true }));
    return EditorState.create({
      doc: text,
      extensions: [
        Prec.highest(keymap.of([{ key: "Mod-Enter", run, preventDefault: true }])),
        basicSetup,
        // Escape first lets Tab leave the editor: CodeMirror's own answer to the keyboard trap.
        keymap.of([indentWithTab]),
        this.#language.of(languageExtension(language)),
        EditorState.tabSize.of(2),
        EditorView.contentAttributes.of({ "aria-label": this.dataset["label"] ?? "Code", tabindex: "0" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) this.dispatchEvent(new CustomEvent("editor-change", { bubbles: true }));
        }),
        editorTheme,
      ],
    });
  }

  get value(): string {
    return this.#view.state.doc.toString();
  }

  /** Replaces the text as one step that can be undone. */
  set value(text: string) {
    this.#view.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: text } });
  }

  /** Adds at the end and keeps the end in view: for text that streams in. */
  appendText(text: string): void {
    const end = this.#view.state.doc.length;
    this.#view.dispatch({ changes: { from: end, insert: text } });
    this.#view.scrollDOM.scrollTop = this.#view.scrollDOM.scrollHeight;
  }

  /** Shows a document; one that was shown before comes back with its cursor and its undo history. */
  open(name: string, text: string, language: EditorLanguage): void {
    if (this.#name !== "") this.#states.set(this.#name, this.#view.state);
    this.#name = name;
    const kept = this.#states.get(name);
    const state = kept && kept.doc.toString() === text ? kept : this.#stateOf(text, language);
    this.#view.setState(state);
    this.language = language;
  }

  /** The document is gone, or goes by another name. */
  forget(name: string): void {
    this.#states.delete(name);
    if (this.#name === name) this.#name = "";
  }

  set language(language: EditorLanguage) {
    this.#view.dispatch({ effects: this.#language.reconfigure(languageExtension(language)) });
  }

  /** Puts the cursor on a line and column, both from 1; what lies outside goes to the nearest place inside. */
  goTo(lineNumber: number, column = 1): void {
    const { doc } = this.#view.state;
    const line = doc.line(Math.min(Math.max(1, lineNumber), doc.lines));
    const position = Math.min(line.from + Math.max(0, column - 1), line.to);
    this.#view.dispatch({
      selection: { anchor: position },
      effects: EditorView.scrollIntoView(position, { y: "center" }),
    });
    this.#view.focus();
  }

  override focus(): void {
    this.#view.focus();
  }
}

customElements.define("code-editor", CodeEditorElement);
