/** The product's own checker Worker, and what a typical set of capabilities declares. */
import { env } from "cloudflare:workers";
import type { TypeCheck, TypeChecker, TypeCheckRequest } from "../../../worker/program/type-check.ts";

const checker = (env as unknown as { CHECKER: TypeChecker }).CHECKER;

export const DECLARATIONS = `
interface Story {
  readonly key: string;
  title: string;
  status: "todo" | "doing" | "done";
  points: number | null;
  assignedTo?: string;
}
declare const stories: {
  list(filter?: { status?: Story["status"] }): Promise<Story[]>;
  get(key: string): Promise<Story | undefined>;
  create(story: { title: string; points?: number; status?: Story["status"] }): Promise<Story>;
  update(key: string, change: Partial<Omit<Story, "key">>): Promise<Story>;
};
declare const meeting: { readonly title: string; readonly lines: readonly { speaker: string; atMs: number; text: string }[] };
`;

/** Source text goes into `main.ts`. */
export function check(
  code: string | Readonly<Record<string, string>>,
  given: Partial<Omit<TypeCheckRequest, "files">> = {},
): Promise<TypeCheck> {
  const files = typeof code === "string" ? { "main.ts": code } : code;
  return checker.check({ files, entry: "main.ts", declarations: DECLARATIONS, ...given });
}

/** What is found in a program, one line each: `main.ts:1:2 TS2345 message`. Throws where it was not checked. */
export async function found(...asked: Parameters<typeof check>): Promise<string[]> {
  const answer = await check(...asked);
  if (answer.kind !== "checked") throw new Error(`${answer.reason}: ${answer.message}`);
  return answer.diagnostics.map(
    ({ file, line, column, code, message }) => `${file}:${line}:${column} TS${code} ${message}`,
  );
}
