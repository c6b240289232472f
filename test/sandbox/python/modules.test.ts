/** docs/python.md says of each module of the standard library whether it works: here each row is tried. */

import { describe, expect, it } from "vitest";
import document from "../../../docs/python.md?raw";
import { resultOf } from "./guest.ts";

interface Row {
  readonly module: string;
  readonly status: string;
  /** A Python expression that is true; for modules that are not available, the reason. */
  readonly sample: string;
}

const ROWS: readonly Row[] = document
  .split("\n")
  .map((line) => line.match(/^\| `(\w+)` \| (works|partly|not available) \| (.*) \|$/))
  .filter((match) => match !== null)
  .map(([, module, status, text]) => ({
    module: module!,
    status: status!,
    sample: text!.replace(/^`|`$/g, "").replaceAll("\\|", "|"),
  }));

const withStatus = (...statuses: string[]) => ROWS.filter(({ status }) => statuses.includes(status));

/** Imports each module and evaluates its sample. Answers with what went wrong. */
const TRY = `
import contextlib, importlib, io, json, sys
rows = json.load(open("rows.json"))
wrong = {}
for row in rows:
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            module = importlib.import_module(row["module"])
            value = eval(row["sample"], {row["module"]: module})
        if value is not True: wrong[row["module"]] = repr(value)
    except BaseException as error:
        wrong[row["module"]] = f"{type(error).__name__}: {error}"
wrong
`;

describe("the document about Python", () => {
  it("lists every module of the standard library, each once", async () => {
    const code = "import sys\nsorted(name for name in sys.stdlib_module_names if not name.startswith('_'))";
    expect(ROWS.map(({ module }) => module).sort()).toEqual(((await resultOf(code)) as string[]).sort());
  });

  it("calls works or partly what can be imported and does what its sample says", { timeout: 60_000 }, async () => {
    const rows = withStatus("works", "partly");
    expect(rows.length).toBeGreaterThan(150);
    const options = { limits: { timeoutMs: 60_000, memoryBytes: 128 * 2 ** 20 } };
    expect(await resultOf({ "main.py": TRY, "rows.json": JSON.stringify(rows) }, options)).toEqual({});
  });

  it("calls not available what cannot be imported", async () => {
    const names = withStatus("not available").map(({ module }) => module);
    const code = `
import importlib
outcomes = {}
for name in ${JSON.stringify(names)}:
    try: importlib.import_module(name); outcomes[name] = "imported"
    except ModuleNotFoundError: outcomes[name] = "not found"
outcomes`;
    expect(await resultOf(code)).toEqual(Object.fromEntries(names.map((name) => [name, "not found"])));
  });

  it("calls partly what fails where it needs more than there is", async () => {
    const failing = [
      ["threading", "threading.Thread(target=print).start()", "RuntimeError"],
      ["concurrent.futures", "concurrent.futures.ThreadPoolExecutor().submit(print)", "RuntimeError"],
      ["multiprocessing", "multiprocessing.Process(target=print).start()", "ModuleNotFoundError"],
      ["subprocess", "subprocess.run(['ls'])", "OSError"],
      ["os", "os.fork()", "OSError"],
      ["socket", "socket.socket()", "PermissionError"],
      ["urllib.request", "urllib.request.urlopen('http://example.com')", "URLError"],
      ["http.client", "http.client.HTTPConnection('example.com').connect()", "PermissionError"],
      ["smtplib", "smtplib.SMTP('example.com')", "PermissionError"],
      ["zoneinfo", "zoneinfo.ZoneInfo('Europe/Vienna')", "ZoneInfoNotFoundError"],
      ["hashlib", "hashlib.pbkdf2_hmac('sha256', b'p', b's', 1)", "AttributeError"],
      ["shelve", "shelve.open('/tmp/x')", "ModuleNotFoundError"],
    ];
    const code = `
import importlib
seen = []
for module, sample, _ in ${JSON.stringify(failing)}:
    top = module.split(".")[0]
    importlib.import_module(module)
    try:
        eval(sample, {top: importlib.import_module(top)})
        seen.append("nothing")
    except Exception as error: seen.append(type(error).__name__)
seen`;
    expect(await resultOf(code)).toEqual(failing.map(([, , error]) => error));
  });
});
