/** Python through the product: the API, the stream, Stop, and the copy in the database. */
import { beforeAll, expect, it } from "vitest";
import { executeAnswerSchema, runDetailSchema } from "../../../worker/domain/run-schema.ts";
import { api, createTenant, env, freshDatabase, readStream, type Tenant } from "../../support/workerd.ts";

let ana: Tenant;

beforeAll(async () => {
  await freshDatabase();
  ana = await createTenant("ana");
});

it("runs Python and answers with its output and result", async () => {
  const body = {
    language: "python",
    code: "import sys\nprint('Hi', sys.argv[1], input())\n[6 * 7]",
    args: ["a"],
    stdin: "b",
  };
  const answer = await api(ana, "/api/execute", body);
  expect(executeAnswerSchema.parse(await answer.json())).toMatchObject({
    success: true,
    stdout: "Hi a b\n",
    result: [42],
    error: null,
  });
});

it("answers with the place of an error", async () => {
  const files = { "main.py": "import lib.a", "lib/a.py": "x = 1\nx.y" };
  const answer = await api(ana, "/api/execute", { language: "python", files });
  expect(executeAnswerSchema.parse(await answer.json())).toMatchObject({
    success: false,
    error: { category: "runtime", name: "AttributeError", file: "lib/a.py", line: 2, column: 1 },
  });
});

it("streams live, stops on request, and keeps the run", async () => {
  const code = "import time\nfor i in range(1000):\n    print('tick', i)\n    time.sleep(0.05)";
  const started = await api(ana, "/api/execute", { language: "python", code }, { prefer: "respond-async" });
  const { runId } = (await started.json()) as { runId: string };
  const stream = readStream(ana, runId);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect((await api(ana, `/api/runs/${runId}/cancel`, {})).status).toBeLessThan(300);
  const { frames } = await stream;
  const printed = frames.flatMap(({ events }) => events ?? []).map(({ text }) => text ?? "");
  expect(printed.join("")).toContain("tick 0\ntick 1\n");
  expect(frames.at(-1)).toMatchObject({ type: "end", state: "cancelled" });
  const detail = runDetailSchema.parse(await (await api(ana, `/api/runs/${runId}`)).json());
  expect(detail).toMatchObject({ state: "cancelled", language: "python" });
  const look = () => env.DB.prepare("SELECT state, language FROM runs WHERE id = ?").bind(runId).first();
  await expect.poll(look, { timeout: 10_000 }).toEqual({ state: "cancelled", language: "python" });
});
