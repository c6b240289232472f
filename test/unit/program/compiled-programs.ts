/** Compiles programs against the declarations of capabilities, with the TypeScript that checks this repository. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const COMPILER_OPTIONS = {
  ...{ strict: true, noEmit: true, types: [], skipLibCheck: false },
  ...{ target: "es2024", lib: ["es2024"], module: "esnext", moduleDetection: "force" },
};
const COMPILER = new URL("../../../node_modules/typescript/bin/tsc", import.meta.url).pathname;
const MESSAGE = /^(?<program>[\w.-]+)\.ts\(\d+,\d+\): error (?<code>TS\d+): (?<text>.*)$/;

/**
 * All in one start of the compiler.
 * @param programs by a name of letters, digits, dots and dashes
 * @returns what is wrong with each that does not compile, by its name; `declarations` for the declarations themselves
 */
export function compileErrors(
  declarations: string,
  programs: Readonly<Record<string, string>>,
): Record<string, string[]> {
  const folder = mkdtempSync(join(tmpdir(), "programs-"));
  try {
    writeFileSync(join(folder, "declarations.d.ts"), declarations);
    for (const [name, program] of Object.entries(programs)) writeFileSync(join(folder, `${name}.ts`), program);
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: COMPILER_OPTIONS }));
    const { stdout, stderr, status } = spawnSync(process.execPath, [COMPILER, "-p", folder, "--pretty", "false"], {
      cwd: folder,
      encoding: "utf8",
    });
    const errors = stdout.split("\n").flatMap((line) => {
      const { program, code, text } = MESSAGE.exec(line)?.groups ?? {};
      return program ? [[program.replace(/\.d$/, ""), `${code}: ${text}`] as const] : [];
    });
    if (status !== 0 && errors.length === 0) throw new Error(`the compiler failed: ${stdout}${stderr}`);
    const byProgram = Map.groupBy(errors, ([program]) => program);
    return Object.fromEntries([...byProgram].map(([program, found]) => [program, found.map(([, error]) => error)]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
