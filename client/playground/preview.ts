/**
 * The preview in the playground's panel: its frame, and what its console says. Invariant: everything that the page sends
 * is shown as text, in bounded pieces, and a page that sends too much loses its frame before the console loses its pace.
 */
import { formatCount } from "../../worker/views/format.ts";
import { type PreviewEntry, readPreviewMessage } from "../preview/message.ts";

/** The page's recorder sends at most some 50. More comes from a page that floods us on purpose. */
const MESSAGES_PER_SECOND = 300;
/** Rows that stay; older ones make room. */
const MAX_ROWS = 1_000;

export class Preview {
  readonly #panel: HTMLElement;
  readonly #stage: HTMLElement;
  readonly #rows: HTMLElement;
  readonly #listening = new AbortController();
  readonly #onStop: () => void;
  #blank: HTMLIFrameElement;
  #frame: HTMLIFrameElement | null;
  #pending: PreviewEntry[] = [];
  #drawing = 0;
  #count = 0;
  #secondStartedAt = 0;
  #inThisSecond = 0;

  /** `onStop` is called when the page has lost its frame, by whatever cause. */
  constructor(panel: HTMLElement, onStop: () => void) {
    this.#panel = panel;
    this.#onStop = onStop;
    this.#stage = panel.querySelector<HTMLElement>("[data-preview-stage]")!;
    this.#rows = panel.querySelector<HTMLElement>("[role=log]")!;
    this.#frame = this.#stage.querySelector("iframe");
    this.#blank = this.#frame!.cloneNode() as HTMLIFrameElement;
    const { signal } = this.#listening;
    window.addEventListener("message", (event) => this.#receive(event), { signal });
    panel.addEventListener("click", (event) => this.#act(event.target as Element), { signal });
  }

  get isShown(): boolean {
    return this.#frame !== null;
  }

  /** A new frame from the same address: also what ends a page that hangs. */
  reload(): void {
    this.#frame?.remove();
    this.#frame = this.#blank.cloneNode() as HTMLIFrameElement;
    this.#stage.replaceChildren(this.#frame);
    this.#clear();
    this.#say("");
  }

  /** Takes the frame away, and with it everything that runs in it. */
  stop(words = "Stopped. Run or Reload shows the page again."): void {
    if (!this.#frame) return;
    this.#frame.remove();
    this.#frame = null;
    this.#say(words);
    this.#onStop();
  }

  dispose(): void {
    this.#listening.abort();
    cancelAnimationFrame(this.#drawing);
    this.#frame?.remove();
    this.#frame = null;
  }

  #receive(event: MessageEvent): void {
    // Before `data` is touched: reading it is what costs.
    if (this.#frame === null || event.source !== this.#frame.contentWindow) return;
    const now = performance.now();
    if (now - this.#secondStartedAt >= 1_000) {
      this.#secondStartedAt = now;
      this.#inThisSecond = 0;
    }
    this.#inThisSecond += 1;
    if (this.#inThisSecond > MESSAGES_PER_SECOND) {
      return this.stop(`Stopped: the page sent more than ${MESSAGES_PER_SECOND} messages in one second.`);
    }
    const entries = readPreviewMessage(event.data);
    if (entries.length === 0) return;
    this.#pending.push(...entries);
    this.#drawing ||= requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#drawing = 0;
    const entries = this.#pending.slice(-MAX_ROWS);
    this.#count += this.#pending.length - entries.length;
    this.#pending = [];
    const { scrollTop, scrollHeight, clientHeight } = this.#rows;
    const isAtEnd = scrollTop + clientHeight >= scrollHeight - 20;
    this.#rows.append(...entries.map((entry) => rowOf(entry, ++this.#count)));
    while (this.#rows.childElementCount > MAX_ROWS) this.#rows.firstElementChild!.remove();
    if (isAtEnd) this.#rows.scrollTop = this.#rows.scrollHeight;
    this.#showCount();
  }

  #clear(): void {
    this.#rows.replaceChildren();
    this.#pending = [];
    this.#count = 0;
    this.#showCount();
  }

  #showCount(): void {
    const words = this.#count === 0 ? "" : `${formatCount(this.#count)} ${this.#count === 1 ? "message" : "messages"}`;
    this.#panel.querySelector("[data-preview-count]")!.textContent =
      this.#count > MAX_ROWS ? `${words}, the last ${formatCount(MAX_ROWS)} shown` : words;
  }

  #say(words: string): void {
    this.#panel.querySelector("[data-preview-status]")!.textContent = words;
  }

  #act(target: Element): void {
    const width = target.closest<HTMLElement>("[data-preview-width]");
    if (width) {
      this.#stage.dataset["width"] = width.dataset["previewWidth"];
      for (const each of this.#panel.querySelectorAll("[data-preview-width]")) {
        each.ariaPressed = String(each === width);
      }
    } else if (target.closest("[data-preview-reload]")) this.reload();
    else if (target.closest("[data-preview-clear]")) this.#clear();
  }
}

/** The same structure as a row of a run's log, with the place at its end. */
function rowOf({ level, text, file, line, column }: PreviewEntry, number: number): HTMLElement {
  const row = make("div", "ln");
  row.dataset["stream"] = level === "warn" || level === "error" ? "stderr" : "stdout";
  row.dataset["level"] = level;
  const count = make("span", "no");
  count.textContent = String(number);
  const body = make("span", "tx");
  body.textContent = text;
  row.append(count, body);
  if (file !== null) {
    const link = make("button", "link ln-place") as HTMLButtonElement;
    link.type = "button";
    link.dataset["gotoFile"] = file;
    link.dataset["gotoLine"] = String(line ?? 1);
    link.dataset["gotoColumn"] = String(column ?? 1);
    link.textContent = line === null ? file : `${file}:${line}`;
    row.append(link);
  }
  return row;
}

function make(tag: string, className: string): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  return element;
}
