/** A provider of its own at the scripted server that the tests in workerd share. */
import { inject } from "vitest";
import type { Script, SeenRequest } from "./scripted-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Address of the scripted server that support/providers/shared-server.ts started. */
    providerUrl: string;
  }
}

export async function providerPlace(...scripts: readonly Script[]) {
  const server = inject("providerUrl");
  const answer = await fetch(`${server}/plays`, { method: "POST", body: JSON.stringify(scripts) });
  const { id } = (await answer.json()) as { id: number };
  return {
    baseUrl: `${server}/${id}`,
    /** What was asked here so far. */
    requests: async (): Promise<SeenRequest[]> => (await fetch(`${server}/plays/${id}`)).json(),
  };
}
