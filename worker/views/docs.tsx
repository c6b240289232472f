/**
 * `/docs`: the API in one page, with commands to paste. The full description is /openapi.json; this is where to begin.
 */

import { ERRORS } from "../domain/errors.ts";
import { LIMIT_RANGES, type Limits } from "../domain/program.ts";
import { ENDPOINT_EVENT_TYPES, ENDPOINT_EVENTS } from "../domain/webhook-events.ts";
import { Command } from "./components/command.tsx";
import { DataTable } from "./components/data-table.tsx";
import { formatBytes, formatCompact, formatCount, formatDuration } from "./format.ts";
import { Layout, type Shell } from "./layout.tsx";

export interface DocsProps {
  /** Scheme and host of this installation, without a slash at its end. */
  readonly origin: string;
  /** Names that the sandbox adds to the standard library of ECMAScript. */
  readonly sandboxGlobals: readonly string[];
}

const VERIFY = `import { Webhook } from "standardwebhooks";
const event = new Webhook(process.env.WEBHOOK_SECRET).verify(rawBody, request.headers);`;

const LIMIT_ROWS: readonly { name: keyof Limits; what: string; format: (value: number) => string }[] = [
  { name: "timeoutMs", what: "Wall time of the program", format: formatDuration },
  { name: "fuel", what: "Work, counted inside the engine: the same on every machine", format: formatCompact },
  { name: "memoryBytes", what: "Memory of the program, engine included", format: formatBytes },
  { name: "outputBytes", what: "Standard output and error together", format: formatBytes },
  { name: "hostCalls", what: "Calls to capabilities", format: formatCount },
];

export function DocsPage({ shell, origin, sandboxGlobals }: DocsProps & { readonly shell: Shell }) {
  const execute = `curl -s ${origin}/api/execute \\
  -H "Authorization: Bearer $RUNYARD_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{"language":"typescript","code":"console.log(6 * 7)"}'`;
  const background = `curl -si ${origin}/api/execute \\
  -H "Authorization: Bearer $RUNYARD_TOKEN" \\
  -H "Content-Type: application/json" \\
  -H "Prefer: respond-async" \\
  -d '{"language":"javascript","code":"for (let i = 0; i < 1e9; i++);"}'`;
  const read = `curl -s ${origin}/api/runs/RUN_ID -H "Authorization: Bearer $RUNYARD_TOKEN"
curl -s ${origin}/api/runs/RUN_ID/log.txt -H "Authorization: Bearer $RUNYARD_TOKEN"
curl -s -X POST ${origin}/api/runs/RUN_ID/cancel -H "Authorization: Bearer $RUNYARD_TOKEN"`;
  const queue = `curl -s ${origin}/api/queue/stats -H "Authorization: Bearer $RUNYARD_TOKEN"
curl -s ${origin}/api/lanes/LANE -H "Authorization: Bearer $RUNYARD_TOKEN"
curl -s -X POST ${origin}/api/runs/RUN_ID/hold -H "Authorization: Bearer $RUNYARD_TOKEN"`;
  const code = `curl -s ${origin}/api/code/execute \\
  -H "Authorization: Bearer $RUNYARD_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{"capabilities":["stories.*"],"mode":"review","context":{"title":"Export as CSV"},
       "code":"export default await stories.create({ title: context.title })"}'`;
  return (
    <Layout shell={shell} section="docs" title="API">
      <article class="prose">
        <h1>API</h1>
        <p>
          Everything the console does can be done over HTTP. The whole description is in{" "}
          <a href="/openapi.json">/openapi.json</a>.
        </p>
        <h2>Token</h2>
        <p>
          Machines send <code>Authorization: Bearer …</code>. The first token lies in <code>credentials.json</code>,
          which <code>npm start</code> writes. Keep it out of programs and logs.
        </p>
        <h2>Run a program and wait</h2>
        <Command id="execute" text={execute} />
        <p>
          The answer is 200 also when the program fails: look at <code>success</code>, <code>error</code> and{" "}
          <code>limitReached</code>. Send <code>files</code> and <code>entry</code> in place of <code>code</code> for
          several files.
        </p>
        <h2>Run in the background</h2>
        <Command id="background" text={background} />
        <p>
          Answers 202 with a <code>Location</code>. From there:
        </p>
        <Command id="read" text={read} />
        <h2>What waits</h2>
        <Command id="queue" text={queue} />
        <p>
          <code>wait</code> of a queued run says its place and what keeps it. Move it with{" "}
          <code>{'{"position": 1}'}</code>, or <code>first</code>, <code>last</code>, <code>up</code> and{" "}
          <code>down</code>. <code>POST /api/runs/cancel</code> and <code>/api/runs/retry</code> take up to 100{" "}
          <code>runIds</code>, a <code>lane</code> or a <code>filter</code>, and answer for each run what happened.
        </p>
        <h2>Programs that read and write the workspace</h2>
        <Command id="code" text={code} />
        <p>
          <a href="/docs/capabilities">Capabilities</a> lists what such a program may call, and how clients of MCP call
          the same. In <code>review</code> its writes wait on an effect sheet: <code>GET /api/runs/RUN_ID/effects</code>{" "}
          shows it, and <code>POST</code> to <code>effects/decisions</code>, <code>effects/apply</code> and{" "}
          <code>effects/undo</code> below it decides.
        </p>
        <h2>How it is doing</h2>
        <p>
          <code>/api/status?detail=summary</code> and <code>/api/health/detailed</code> for machines,{" "}
          <a href="/health">the health page</a> for people, <code>/metrics</code> for Prometheus (with the token), and{" "}
          <a href="/status">/status</a> for everybody.
        </p>
        <h2>Replay</h2>
        <p>
          <code>POST /api/runs/RUN_ID/replay</code> runs an ended run's program again with the clock, the random
          numbers, the host's answers and the stop of the first time, and answers <code>{'{"identical": true}'}</code>{" "}
          or the first difference. It takes as long as the program computed; it does not wait where the program waited.
        </p>
        <h2>Live output</h2>
        <p>
          A WebSocket at <code>/api/runs/RUN_ID/stream?after=SEQ</code> sends every event behind <code>SEQ</code>, then
          goes on live. Sequence numbers start at 1 and have no gap, so a client that reconnects with the last number it
          saw misses nothing. The last message is <code>{'{"type":"end"}'}</code>.
        </p>
        <p>
          Send <code>{'{"ack":SEQ}'}</code> for what you have read: the server sends a bounded amount beyond it. A
          client that never does gets the first 16 MiB. Close code 4008 means: connect again behind the last number that
          you saw; 1008 means that your session or token is no longer valid.
        </p>
        <Webhooks />
        <h2>Errors</h2>
        <p>
          Errors are <code>application/problem+json</code> with a <code>code</code> that stays the same and a{" "}
          <code>requestId</code> that also stands in our log.
        </p>
        <ErrorTable />
        <Sandbox globals={sandboxGlobals} />
      </article>
    </Layout>
  );
}

function Webhooks() {
  return (
    <>
      <h2>Webhooks</h2>
      <p>
        An endpoint at <a href="/settings/webhooks">Outgoing webhooks</a>, or <code>POST /api/webhooks</code>, hears
        what happens to runs: each event arrives as a signed <code>POST</code> by Standard Webhooks. A message may come
        twice and out of order; its <code>webhook-id</code> stays the same.
      </p>
      <Command id="verify" text={VERIFY} />
      <DataTable look="plain" columns={["Event", "When"]}>
        {ENDPOINT_EVENT_TYPES.map((type) => (
          <tr>
            <td>
              <code>{type}</code>
            </td>
            <td>{ENDPOINT_EVENTS[type]}</td>
          </tr>
        ))}
      </DataTable>
    </>
  );
}

/** Each code has an anchor: the `type` of a problem leads to it. */
function ErrorTable() {
  return (
    <DataTable look="plain" columns={["Code", "Meaning", { number: "Status" }, "Try again"]}>
      {Object.entries(ERRORS).map(([code, { status, title, retryable }]) => (
        <tr id={`error-${code}`}>
          <td>
            <code>{code}</code>
          </td>
          <td>{title}</td>
          <td class="number">{status}</td>
          <td>{retryable ? "yes" : "no"}</td>
        </tr>
      ))}
    </DataTable>
  );
}

function Sandbox({ globals }: { readonly globals: readonly string[] }) {
  return (
    <>
      <h2>The sandbox</h2>
      <p>
        Programs are ES modules with top-level await. They have the standard library of ECMAScript and{" "}
        {globals.map((name, index) => (
          <>
            {index === 0 ? "" : index === globals.length - 1 ? " and " : ", "}
            <code>{name}</code>
          </>
        ))}
        . <code>fetch</code> exists in a run that asks for origins which this server's operator allows:{" "}
        <code>{'"grants": {"fetch": ["https://api.example.com"]}'}</code>. There is no other network, no file system,
        and no <code>require</code>. <code>{"await generate({ prompt, maxTokens })"}</code> asks the workspace's model
        in a run with <code>{'"grants": {"model": true}'}</code>; its cost counts in the run and in the{" "}
        <a href="/settings/budgets">budgets</a>.
      </p>
      <ul>
        <li>
          Input: <code>prompt()</code> reads a line, or{" "}
          <code>{'import { stdin, args, readTextFile, write } from "runyard"'}</code>.
        </li>
        <li>
          Files of one program import each other by relative path; <code>readTextFile("data.csv")</code> reads a data
          file beside them.
        </li>
        <li>
          The value of <code>export default</code>, or of the last expression, is the run's result.
        </li>
      </ul>
      <table class="plain">
        <caption>Limits of one run</caption>
        <thead>
          <tr>
            <th scope="col">Limit</th>
            <th scope="col">Of</th>
            <th scope="col" class="number">
              Default
            </th>
            <th scope="col" class="number">
              Most
            </th>
          </tr>
        </thead>
        <tbody>
          {LIMIT_ROWS.map(({ name, what, format }) => (
            <tr>
              <th scope="row">
                <code>{name}</code>
              </th>
              <td>{what}</td>
              <td class="number">{format(LIMIT_RANGES[name].default)}</td>
              <td class="number">{format(LIMIT_RANGES[name].max)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
