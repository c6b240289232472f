/** What middleware hands to routes through Hono's context. */
import type { Env } from "../../durable-objects/env.ts";
import type { Dependencies } from "../dependencies.ts";
import type { Principal } from "../domain/principal.ts";
import type { ProviderName } from "../llm/provider.ts";

export interface AppEnv {
  Bindings: Env;
  Variables: {
    requestId: string;
    dependencies: Dependencies;
    /** Null for a request that proved nobody. */
    principal: Principal | null;
    /** The provider that the workspace asks, where a page is to show it; without it the operator's is shown. */
    providerName?: ProviderName;
  };
}

/** For routes that are not open: behind `authorize` there is a principal for sure. */
export interface SignedInEnv {
  Bindings: Env;
  Variables: Omit<AppEnv["Variables"], "principal"> & { principal: Principal };
}
