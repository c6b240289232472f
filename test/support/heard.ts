/** What the Worker logged and answered since the last search, to be searched for secrets. */
export const heard: { readonly to: string; readonly text: string }[] = [];

/** The level from which a line is of use to who reads the output of tests. */
const SHOWN: readonly string[] = ["error"];

// Once, however many files of tests share the console.
for (const level of ["debug", "info", "warn", "error"] as const) {
  const print = console[level].bind(console);
  console[level] = (...parts: unknown[]) => {
    heard.push({ to: `the log (${level})`, text: parts.map(String).join(" ") });
    if (SHOWN.includes(level)) print(...parts);
  };
}
