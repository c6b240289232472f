/** `npm start`: builds, migrates, seeds and serves. Variables: PORT, RUNYARD_STATE, and those in the README. */
import { readConfig } from "../worker/config.ts";
import { buildParts, buildWorker } from "./build.ts";
import { keepCompiled } from "./compile-cache.ts";
import { stopWithNpm } from "./processes.ts";
import { startServer } from "./server.ts";

const DEFAULT_PORT = 8787;

function readPort(): number {
  const text = process.env["PORT"] ?? String(DEFAULT_PORT);
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`PORT is "${text}"; it must be a number from 0 to 65535.`);
}

async function main(): Promise<void> {
  const port = readPort();
  const stateFolder = process.env["RUNYARD_STATE"] ?? ".runyard";
  const isColoured = process.stdout.isTTY && !process.env["NO_COLOR"];
  const variables = { LOG_FORMAT: isColoured ? "terminal" : "human", ...process.env };
  // A wrong variable is told here, once, and not by every request.
  readConfig(variables);
  if (!process.argv.includes("--no-build")) {
    buildParts();
    buildWorker();
  }
  const server = await startServer({ port, stateFolder, variables });
  keepCompiled();
  console.log(`
Runyard serves ${server.url}

  Sign in    ${server.credentials.signInUrl}
  API token  ${server.credentials.apiToken}

Both are kept in ${stateFolder}/credentials.json. Stop with Ctrl+C.
`);
  const stop = () => void server.stop().then(() => process.exit(0));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  stopWithNpm(stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
