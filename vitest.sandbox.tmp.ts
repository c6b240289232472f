import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
export default defineConfig({
  plugins: [cloudflareTest({ main: undefined as any, miniflare: { cf: false, compatibilityDate: "2026-10-20", modulesRules: [{ type: "CompiledWasm", include: ["**/*.wasm"] }] } } as any)],
  test: { testTimeout: 20000, include: (process.env.SANDBOX_TESTS ?? "test/sandbox/**/*.test.ts").split(",") },
});
