/** Marks the line on which the last run failed. An edit takes the mark away: the line may no longer be the one. */
import { type Extension, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";

/** A line from 1, or null for none. */
export const markFault = StateEffect.define<number | null>();

const mark = Decoration.line({ class: "cm-fault-line" });

export const faultLine: Extension = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = transaction.docChanged ? Decoration.none : marks;
    for (const effect of transaction.effects) {
      if (!effect.is(markFault)) continue;
      next =
        effect.value === null
          ? Decoration.none
          : Decoration.set(mark.range(transaction.state.doc.line(effect.value).from));
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});
