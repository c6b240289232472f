/**
 * The list of keys, opened with `?`. What the keys do lives with the behaviours; this list is what is promised.
 */
import { ELEMENT_ID } from "../element-id.ts";
import { Dialog } from "./dialog.tsx";

const SECTIONS: readonly { title: string; keys: readonly (readonly [keys: string, what: string])[] }[] = [
  {
    title: "Everywhere",
    keys: [
      ["?", "This list"],
      ["g o", "Overview"],
      ["g q", "Queue"],
      ["g p", "Playground"],
      ["g r", "Runs"],
    ],
  },
  {
    title: "Log",
    keys: [
      ["/", "Search"],
      ["n", "Next match, or next error line"],
      ["N", "Previous match, or previous error line"],
      ["f", "Follow the end"],
      ["t", "Timestamps"],
      ["w", "Wrap long lines"],
    ],
  },
  {
    title: "Playground",
    keys: [
      ["Ctrl Enter", "Run (⌘ Enter on a Mac)"],
      ["Shift Alt F", "Format the open file"],
      ["Esc Tab", "Leave the editor"],
    ],
  },
];

export function ShortcutsDialog() {
  return (
    <Dialog id={ELEMENT_ID.shortcutsDialog} title="Keyboard shortcuts">
      {SECTIONS.map(({ title, keys }) => (
        <section>
          <h3>{title}</h3>
          <dl class="keys">
            {keys.map(([combination, what]) => (
              <div>
                <dt>
                  {combination.split(" ").map((key) => (
                    <kbd>{key}</kbd>
                  ))}
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
