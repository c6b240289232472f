/** One scripted server for all tests in workerd: each plays scripts of its own there. */
import type { TestProject } from "vitest/node";
import { startScriptedServer } from "./scripted-server.ts";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startScriptedServer();
  project.provide("providerUrl", server.url);
  return () => server.close();
}
