/**
 * The rules of the house that no linter knows: no file over 500 lines, no name that says nothing, no `hx-on` or code in
 * htmx attributes.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename } from "node:path";

const FILE_LINES_MAX = 500;
const EMPTY_NAMES = /^(?:utils?|helpers?|common|misc|.*-?(?:manager|service|impl))\.tsx?$/;
const BARREL = /^index\.tsx?$/;
/** The entry that wrangler expects by this name. */
const ALLOWED_BARREL = "worker/index.ts";

const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { encoding: "utf8" });
const files = tracked.split("\n").filter((name) => /\.(?:ts|tsx|css)$/.test(name) && !name.includes("/generated/"));

const findings = files.flatMap((file) => {
  const text = readFileSync(file, "utf8");
  const lines = text.split("\n").length;
  const name = basename(file);
  return [
    ...(lines > FILE_LINES_MAX ? [`${file}: ${lines} lines; split it by an idea (at most ${FILE_LINES_MAX})`] : []),
    ...(EMPTY_NAMES.test(name) ? [`${file}: name it for what it does`] : []),
    ...(BARREL.test(name) && file !== ALLOWED_BARREL
      ? [`${file}: import from where a thing is, not from a barrel`]
      : []),
    ...(/hx-on[:=]|"js:/.test(text) && !file.startsWith("scripts/lint/") && !file.startsWith("test/")
      ? [`${file}: htmx attributes must not hold code`]
      : []),
  ];
});

for (const finding of findings) console.error(finding);
process.exitCode = findings.length > 0 ? 1 : 0;
