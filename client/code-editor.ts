/**
 * `<code-editor>`: CodeMirror in a shadow root. There its styles become adopted style sheets; in the document they
 * would be style elements, which the content security policy forbids. The text area it contains is what a browser
 * without a script submits; it gives its text to the editor and is then left out of the form.
 *
 * Attribute: data-label. Fires `editor-change` on each edit, and `editor-run` on Ctrl or ⌘ with Enter.
 */
import { indentWithTab, isolateHistory } from "@codemirror/commands";
import { indentUnit } from "@codemirror/language";
import { Compartment, EditorState, type Extension, Prec } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { basicSetup } from "codemirror";
import { type EditorLanguage, languageExtension } from "./playground/editor-languages.ts";
import { editorTheme } from "./playground/editor-theme.ts";
import { faultLine, markFault } from "./playground/fault-line.ts";

export class CodeEditorElement extends HTMLElement {
  #view!: EditorView;
  #language = new Compartment();
  #indent = new Compartment();
  #shown: EditorLanguage = "text";
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
      state: this.#stateOf(source?.value ?? ""),
    });
    if (source) source.disabled = true;
  }

  #stateOf(text: string): EditorState {
    const run = () => this.dispatchEvent(new CustomEvent("editor-run", { bubbles: true }));
    return EditorState.create({
      doc: text,
      extensions: [
        Prec.highest(keymap.of([{ key: "Mod-Enter", run, preventDefault: true }])),
        basicSetup,
        // Escape first lets Tab leave the editor: CodeMirror's own answer to the keyboard trap.
        keymap.of([indentWithTab]),
        this.#language.of([]),
        this.#indent.of([]),
        faultLine,
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
    this.#view.dispatch({
      changes: { from: 0, to: this.#view.state.doc.length, insert: text },
      annotations: isolateHistory.of("full"),
    });
  }

  /** Offset of the cursor in the text. */
  get cursor(): number {
    return this.#view.state.selection.main.head;
  }

  /** Replaces the text and puts the cursor where it belongs in the new one; one step that can be undone. */
  rewrite(text: string, cursor: number): void {
    this.#view.dispatch({
      changes: { from: 0, to: this.#view.state.doc.length, insert: text },
      selection: { anchor: Math.max(0, Math.min(cursor, text.length)) },
      // Or undo would take what was typed a moment before with it.
      annotations: isolateHistory.of("full"),
      scrollIntoView: true,
    });
  }

  /** Marks a line, from 1, until the text changes; null takes the mark away. */
  markFault(line: number | null): void {
    const { doc } = this.#view.state;
    this.#view.dispatch({ effects: markFault.of(line !== null && line <= doc.lines ? line : null) });
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
    const state = kept && kept.doc.toString() === text ? kept : this.#stateOf(text);
    this.#view.setState(state);
    this.language = language;
  }

  /** The document is gone, or goes by another name. */
  forget(name: string): void {
    this.#states.delete(name);
    if (this.#name === name) this.#name = "";
  }

  /** All documents are forgotten: another program takes their place. */
  forgetAll(): void {
    this.#states.clear();
    this.#name = "";
  }

  set language(language: EditorLanguage) {
    this.#shown = language;
    const columns = language === "python" ? 4 : 2;
    const indent = [EditorState.tabSize.of(columns), indentUnit.of(" ".repeat(columns))];
    this.#view.dispatch({ effects: this.#indent.reconfigure(indent) });
    const extension = languageExtension(language);
    const apply = (each: Extension) => {
      // While it was on its way, another file may have been opened.
      if (this.#shown === language) this.#view.dispatch({ effects: this.#language.reconfigure(each) });
    };
    if (extension instanceof Promise) void extension.then(apply);
    else apply(extension);
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
