/**
 * Runs before every script of a page under preview and tells the playground what the page says: its console, its errors,
 * and what its isolation refused. It has the rights of the page and no others, so a page can break it only for itself;
 * the playground trusts nothing that it sends.
 */
import { createConsole } from "../worker/sandbox/javascript/prelude/console.ts";
import { STDERR } from "../worker/sandbox/javascript/prelude/guest-host.ts";
import { type Level, MESSAGE_BOUNDS, type PreviewEntry, type PreviewMessage } from "./preview/message.ts";
import { baseOf, errorText, fileOf, type Place, placeOf } from "./preview/places.ts";

/** More in one second is counted and left out: nobody reads it, and printing it would be all that the page does. */
const ENTRIES_PER_SECOND = 500;
/**
 * Entries are gathered for this long: a loop that prints is a few messages rather than thousands. Sending at once would
 * not save what a page prints right before it hangs, since browsers hand a message on only after the script that sent it.
 */
const GATHER_MS = 20;

// Taken before the page can replace them.
const base = baseOf(location.href);
const send = parent.postMessage.bind(parent);
const later = setTimeout.bind(window);
const now = performance.now.bind(performance);

let queue: PreviewEntry[] = [];
let secondStartedAt = 0;
let inThisSecond = 0;
let leftOut = 0;

/** Whether another entry may be printed in this second. */
function mayPrint(): boolean {
  if (now() - secondStartedAt >= 1_000) {
    secondStartedAt = now();
    inThisSecond = 0;
  }
  inThisSecond += 1;
  if (inThisSecond <= ENTRIES_PER_SECOND) return true;
  leftOut += 1;
  schedule();
  return false;
}

let isScheduled = false;

function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  later(flush, GATHER_MS);
}

function flush(): void {
  isScheduled = false;
  const entries = queue;
  queue = [];
  if (leftOut > 0 && now() - secondStartedAt < 1_000) schedule();
  else if (leftOut > 0) {
    const text = `… ${leftOut} more messages were left out: at most ${ENTRIES_PER_SECOND} a second are shown`;
    entries.push({ level: "warn", text, file: null, line: null, column: null });
    leftOut = 0;
  }
  for (let from = 0; from < entries.length; from += MESSAGE_BOUNDS.entries) {
    const message: PreviewMessage = { runyardPreview: entries.slice(from, from + MESSAGE_BOUNDS.entries) };
    send(message, "*");
  }
}

function tell(level: Level, text: string, place: Place | null): void {
  const cut = text.length - MESSAGE_BOUNDS.textChars;
  const shown = cut > 0 ? `${text.slice(0, MESSAGE_BOUNDS.textChars - 60)} … ${cut + 60} more characters` : text;
  queue.push({
    level,
    text: shown,
    file: place?.file ?? null,
    line: place?.line ?? null,
    column: place?.column ?? null,
  });
  schedule();
}

// --- The console --------------------------------------------------------------------------------------------------

let printed = "";
let isError = false;
const printer = createConsole({
  write(stream, text) {
    printed += text;
    isError = stream === STDERR;
  },
  now,
});

const ELEMENT_CHARS = 300;

/** Elements and errors are shown as people know them; everything else is printed as the sandbox prints it. */
function shown(value: unknown): unknown {
  if (value instanceof Error) return errorText(value, base);
  if (value instanceof Element) return value.outerHTML.slice(0, ELEMENT_CHARS);
  return value;
}

function levelOf(method: string): Level {
  if (method === "debug" || method === "info" || method === "warn" || method === "error") return method;
  return isError ? "error" : "log";
}

const target = console as unknown as Record<string, (...args: unknown[]) => void>;
for (const [method, print] of Object.entries(printer)) {
  const native = target[method]?.bind(console);
  target[method] = (...args: unknown[]) => {
    if (!mayPrint()) return;
    native?.(...args);
    printed = "";
    isError = false;
    try {
      (print as (...args: unknown[]) => void)(...args.map(shown));
    } catch (error) {
      // A proxy or a changed prototype can make a value unprintable.
      printed = `(not printable: ${String(error)})`;
    }
    if (printed !== "") tell(levelOf(method), printed.replace(/\n$/, ""), placeOf(new Error().stack, base));
  };
}

// --- What goes wrong ----------------------------------------------------------------------------------------------

addEventListener(
  "error",
  (event) => {
    if (!mayPrint()) return;
    if (event instanceof ErrorEvent) {
      const file = fileOf(event.filename, base);
      const place = file === null ? null : { file, line: event.lineno, column: event.colno };
      const text = event.error instanceof Error ? errorText(event.error, base) : event.message;
      return tell("error", `Uncaught ${text}`.replace(/^Uncaught Uncaught /, "Uncaught "), place);
    }
    // Events of elements do not bubble; they are seen on their way down.
    const element: unknown = (event as Event).target;
    if (!(element instanceof Element)) return;
    const address = element.getAttribute("src") ?? element.getAttribute("href") ?? "";
    tell("error", `<${element.localName}> could not be loaded: ${address}`, null);
  },
  true,
);

addEventListener("unhandledrejection", ({ reason }) => {
  if (!mayPrint()) return;
  const text = reason instanceof Error ? errorText(reason, base) : String(reason);
  tell("error", `Unhandled rejection: ${text}`, reason instanceof Error ? placeOf(reason.stack, base) : null);
});

/** What the policy refuses, in words; what is not listed is named by its directive. */
const REFUSALS: Readonly<Record<string, string>> = {
  "connect-src": "A preview has no network",
  "form-action": "A preview sends no forms; answer the submit event instead",
  "frame-src": "A preview holds no frames",
};

addEventListener("securitypolicyviolation", (event) => {
  if (!mayPrint()) return;
  const words =
    REFUSALS[event.effectiveDirective] ?? `A preview loads only its own files (${event.effectiveDirective})`;
  const file = fileOf(event.sourceFile, base);
  const place = file === null ? null : { file, line: event.lineNumber, column: event.columnNumber };
  tell("error", `${words}. Refused: ${event.blockedURI}`, place);
});

// A sandboxed frame shows no dialogs: what they would say is printed.
window.alert = (text?: unknown) => console.info(`alert: ${String(text ?? "")}`);
window.confirm = (text?: unknown) => {
  console.info(`confirm: ${String(text ?? "")} (answered no)`);
  return false;
};
window.prompt = (text?: unknown) => {
  console.info(`prompt: ${String(text ?? "")} (not answered)`);
  return null;
};

// No policy has a word on peer connections. A page that insists finds the way back; what it could send is its own text.
for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection"]) Reflect.deleteProperty(window, name);

addEventListener("pagehide", flush);
