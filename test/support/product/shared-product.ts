/**
 * Starts one product before the browser tests and stops it after them. Files that neither kill it, nor need variables of
 * their own, nor count what is in it share it: `sharedProduct()` finds it.
 */
import type { TestProject } from "vitest/node";
import { Product, type ProductPlace } from "./server-process.ts";

declare module "vitest" {
  interface ProvidedContext {
    product: ProductPlace;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const product = await Product.start();
  project.provide("product", { url: product.url, stateFolder: product.stateFolder });
  return () => product.stop();
}
