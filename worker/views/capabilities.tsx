/** `/docs/capabilities`: what programs of code mode, tools of models and clients of MCP may call. */
import type { CapabilityReference, ShownCapability } from "../domain/capability-reference.ts";
import { WRITES_MAX } from "../domain/effect.ts";
import { QUOTE_CHARS } from "../domain/evidence.ts";
import { ITEMS_PER_ANSWER } from "../domain/item.ts";
import { Command } from "./components/command.tsx";
import { formatCount } from "./format.ts";
import { Layout, type Shell } from "./layout.tsx";

export interface CapabilitiesProps {
  /** Scheme and host of this installation, without a slash at its end. */
  readonly origin: string;
  readonly reference: CapabilityReference;
  /** Origins that the operator lets programs reach. */
  readonly allowedOrigins: readonly string[];
}

/** What an editor puts in place of `${…}` by itself. */
const filledIn = (name: string) => `\${${name}}`;

function mcpClients(origin: string): readonly { readonly id: string; readonly name: string; readonly text: string }[] {
  const url = `${origin}/mcp`;
  const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
  const vscode = {
    inputs: [{ type: "promptString", id: "runyard-token", description: "Runyard token", password: true }],
    servers: { runyard: { type: "http", url, headers: bearer(filledIn("input:runyard-token")) } },
  };
  const cursor = { mcpServers: { runyard: { url, headers: bearer(filledIn("env:RUNYARD_TOKEN")) } } };
  return [
    {
      ...{ id: "claude", name: "Claude Code" },
      text: `claude mcp add --transport http runyard ${url} --header "Authorization: Bearer $RUNYARD_TOKEN"`,
    },
    {
      ...{ id: "codex", name: "Codex" },
      text: `codex mcp add runyard --url ${url} --bearer-token-env-var RUNYARD_TOKEN`,
    },
    { id: "vscode", name: "VS Code: .vscode/mcp.json", text: JSON.stringify(vscode, null, 2) },
    { id: "cursor", name: "Cursor: ~/.cursor/mcp.json", text: JSON.stringify(cursor, null, 2) },
  ];
}

export function CapabilitiesPage({
  shell,
  origin,
  reference,
  allowedOrigins,
}: CapabilitiesProps & { readonly shell: Shell }) {
  const { types, capabilities } = reference;
  const byEntity = Map.groupBy(capabilities, ({ name }) => name.split(".")[0]!);
  return (
    <Layout shell={shell} section="docs" title="Capabilities">
      <article class="prose">
        <h1>Capabilities</h1>
        <p>
          What a program may call beyond computing, one function each. A program names those that it needs in its
          manifest, as <code>stories.update</code> or <code>stories.*</code>, and finds nothing else. The same are tools
          of <a href="#mcp">MCP</a>. Programs are started through the <a href="/docs">API</a>.
        </p>
        <p>
          {[...byEntity.keys()].map((entity, index) => (
            <>
              {index === 0 ? "" : " · "}
              <a href={`#${entity}`}>{entity}</a>
            </>
          ))}
        </p>
        <h2>Limits</h2>
        <ul>
          <li>
            A program asks for at most {formatCount(WRITES_MAX)} writes, and for no more than its manifest's{" "}
            <code>writesMax</code>.
          </li>
          <li>Lists answer at most {ITEMS_PER_ANSWER} items. Search for less where there are more.</li>
          <li>
            In a program about a meeting each write needs <code>evidence</code>: {QUOTE_CHARS.min} to{" "}
            {formatCount(QUOTE_CHARS.max)} characters that somebody said there, in one utterance.
          </li>
          <li>
            <code>http.get</code> reaches the <code>origins</code> that a program was started with, of those that the
            operator allows:{" "}
            {allowedOrigins.length === 0
              ? "none on this server"
              : allowedOrigins.map((each, index) => (
                  <>
                    {index === 0 ? "" : ", "}
                    <code>{each}</code>
                  </>
                ))}
            .
          </li>
        </ul>
        <h2>Types</h2>
        <pre class="signature">{types.join("\n\n")}</pre>
        {[...byEntity].map(([entity, rows]) => (
          <>
            <h2 id={entity}>{entity}</h2>
            {rows.map((row) => (
              <Capability row={row} />
            ))}
          </>
        ))}
        <Mcp origin={origin} />
      </article>
    </Layout>
  );
}

function Capability({ row }: { readonly row: ShownCapability }) {
  const { name, summary, access, scope, signature, example, limits } = row;
  return (
    <section class="capability" id={name} aria-labelledby={`${name}-name`}>
      <h3 id={`${name}-name`}>
        <code>{name}</code> <span class={access === "write" ? "mark mark-warning" : "mark"}>{access}</span>
      </h3>
      <p>{summary}</p>
      <pre class="signature">{signature}</pre>
      <Command id={name} text={example} />
      <p class="muted">
        A token needs <code>{scope}</code>.{limits.length === 0 ? "" : ` ${limits.join("; ")}.`}
      </p>
    </section>
  );
}

function Mcp({ origin }: { readonly origin: string }) {
  return (
    <>
      <h2 id="mcp">MCP</h2>
      <p>
        <code>{origin}/mcp</code> is a server of the Model Context Protocol over streamable HTTP. Make a{" "}
        <a href="/settings/tokens">token</a> with <code>items:read</code>, and with <code>items:write</code>,{" "}
        <code>code:run</code> and <code>runs:read</code> as far as the client is to do more: it is shown the tools that
        the token may call. <code>stories.update</code> is the tool <code>stories_update</code>; each call is a run,
        with its effects and its undo. <code>execute_code</code> runs a program, and <code>get_run</code> tells how it
        ended.
      </p>
      {mcpClients(origin).map(({ id, name, text }) => (
        <>
          <h3>{name}</h3>
          <Command id={`mcp-${id}`} text={text} />
        </>
      ))}
    </>
  );
}
