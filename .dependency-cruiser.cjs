/** Who may import whom. The order of folders is the way that data flows; there are no cycles anywhere. */
const folder = (...names) => `^(?:${names.join("|")})/`;
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: "error",
  from: { path: from },
  to: { path: "^(worker|durable-objects|client|scripts|test)/", pathNot: allowed },
});

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "resolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^cloudflare:|/generated/" },
    },
    only("domain-is-pure", folder("worker/domain"), "^worker/domain/", "domain imports itself and zod"),
    {
      name: "domain-packages",
      severity: "error",
      from: { path: folder("worker/domain") },
      to: { path: "node_modules", pathNot: "node_modules/zod/" },
    },
    only("capabilities", folder("worker/capabilities"), "^worker/(domain|capabilities)/"),
    only(
      "program",
      "^worker/program/(?!checker/)",
      "^worker/(domain/|capabilities/code/|program/|llm/provider\\.ts$)",
    ),
    only("store", folder("worker/store"), "^worker/(domain|store)/"),
    only("sandbox", "^worker/sandbox/(?!python/worker\\.ts$)", "^worker/(domain|sandbox)/"),
    only("python-worker", "^worker/sandbox/python/worker\\.ts$", "^worker/(domain/|sandbox/|system-ports\\.ts$)"),
    only(
      "checker",
      folder("worker/program/checker"),
      "^worker/(domain/|program/|sandbox/javascript/(?:file-kinds|module-path|source-position|steps|transpile)\\.ts$|system-ports\\.ts$)",
      "programs are read as the engine reads them",
    ),
    {
      name: "compiler-in-checker",
      comment: "TypeScript weighs a megabyte: only the checker Worker has it",
      severity: "error",
      from: { path: "^(worker|durable-objects)/", pathNot: "^worker/program/checker/" },
      to: { path: "^(worker/program/checker/|node_modules/typescript-6/)" },
    },
    only("effects", folder("worker/effects"), "^worker/(domain|effects)/"),
    only("accounts", folder("worker/accounts"), "^worker/(domain/|store/|accounts/|config\\.ts$)"),
    only("keys", folder("worker/keys"), "^worker/(domain|keys)/"),
    only(
      "webhooks",
      folder("worker/webhooks"),
      "^(worker/(domain|store|effects|egress|keys|mail|webhooks)/|durable-objects/.*/rpc\\.ts$)",
    ),
    only("snippets", folder("worker/snippets"), "^worker/(domain|store|capabilities|snippets)/"),
    only("meetings", folder("worker/meetings"), "^worker/(domain|meetings|llm)/"),
    only("llm", folder("worker/llm"), "^worker/(domain|llm|egress)/"),
    only("egress", folder("worker/egress"), "^worker/(domain/|egress/|system-ports\\.ts$)"),
    only("views", folder("worker/views"), "^worker/(domain|views|generated)/", "views take plain props"),
    only(
      "actions",
      folder("worker/actions"),
      "^(worker/(domain|store|actions|egress|llm|keys|meetings|snippets|webhooks|program|capabilities/code/declarations\\.ts|dependencies\\.ts|digest\\.ts|log-fields\\.ts|generated)|durable-objects/.*/rpc\\.ts$)",
    ),
    {
      name: "objects-below-the-edge",
      comment:
        "Durable Objects never reach up to routes, views, actions or middleware; the composition of a workspace's provider serves runs as well",
      severity: "error",
      from: { path: folder("durable-objects") },
      to: { path: "^worker/(routes|views|actions/(?!workspace-provider\\.ts$)|middleware|app\\.ts)" },
    },
    {
      name: "objects-by-type-alone",
      comment: "outside index.ts, worker/ sees Durable Objects as types",
      severity: "error",
      from: { path: folder("worker"), pathNot: "^worker/index\\.ts$" },
      to: { path: "^durable-objects/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "drizzle-in-store",
      severity: "error",
      from: { path: "^(worker|durable-objects)/", pathNot: "^worker/store/" },
      to: { path: "node_modules/drizzle-orm" },
    },
    {
      name: "hono-at-the-edge",
      severity: "error",
      from: { path: "^(worker|durable-objects)/", pathNot: "^worker/(app\\.ts|routes/|middleware/|views/|llm/mock)" },
      to: { path: "node_modules/hono/" },
    },
    {
      name: "sdks-in-llm",
      severity: "error",
      from: { path: "^(worker|durable-objects)/", pathNot: "^worker/llm/" },
      to: { path: "node_modules/(openai|@anthropic-ai|@pydantic)/" },
    },
    {
      name: "accounts-in-one-place",
      comment: "who proves people is known to accounts, and to its storage",
      severity: "error",
      from: { path: "^(worker|durable-objects)/", pathNot: "^worker/(accounts/|store/account-adapter\\.ts$)" },
      to: { path: "node_modules/(better-auth|@better-auth|@noble)/" },
    },
    {
      name: "addresses-in-egress",
      severity: "error",
      from: { path: "^(worker|durable-objects)/", pathNot: "^worker/egress/" },
      to: { path: "node_modules/ipaddr\\.js/" },
    },
    {
      name: "network-in-egress",
      comment: "what leaves for other hosts goes through worker/egress: no sockets beside it",
      severity: "error",
      from: { path: "^(worker|durable-objects)/" },
      to: { path: "^cloudflare:sockets$" },
    },
    {
      name: "transpiler-in-sandbox",
      severity: "error",
      from: { path: "^(worker|durable-objects)/", pathNot: "^worker/sandbox/" },
      to: { path: "node_modules/sucrase/" },
    },
    {
      name: "xml-in-transcripts",
      severity: "error",
      from: { path: "^(worker|durable-objects)/", pathNot: "^worker/meetings/transcript/" },
      to: { path: "node_modules/saxes/" },
    },
    {
      name: "client-apart",
      comment: "a preview's console prints values with the sandbox's own code, which knows nothing of a host",
      severity: "error",
      from: { path: "^client/" },
      to: {
        path: "^(worker/(?!domain/|views/.*\\.ts$|sandbox/javascript/prelude/(?:console|guest-host)\\.ts$)|durable-objects)",
      },
    },
    {
      name: "no-tests-in-product",
      severity: "error",
      from: { path: "^(worker|durable-objects|client|scripts)/" },
      to: { path: "^test/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^runyard:|\\.(?:d\\.ts|wasm|bin|zip|txt|py)$" },
    tsPreCompilationDeps: true,
    parser: "swc",
    enhancedResolveOptions: {
      extensions: [".ts", ".tsx", ".js", ".mjs", ".json", ".wasm"],
      conditionNames: ["workerd", "worker", "import", "default"],
      exportsFields: ["exports"],
    },
  },
};
