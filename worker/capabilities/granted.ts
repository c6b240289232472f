/** Which capabilities a run has. The one place that lists them: a new one is a new row. */
import type { Capability } from "../domain/capability.ts";
import type { Grants } from "../domain/grants.ts";
import { digest } from "./digest.ts";
import { createFetch, type FetchPort } from "./fetch.ts";
import { createGenerate, type GeneratePort } from "./model.ts";

export interface CapabilityPorts {
  readonly fetch: FetchPort;
  readonly generate: GeneratePort;
}

export function grantedCapabilities(grants: Grants, ports: CapabilityPorts): readonly Capability[] {
  return [
    digest,
    ...(grants.fetch.length > 0 ? [createFetch(grants.fetch, ports.fetch)] : []),
    ...(grants.model ? [createGenerate(ports.generate)] : []),
  ];
}
