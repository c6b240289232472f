/** What the product calls itself to machines. */
export const PRODUCT = { name: "Runyard", version: "0.1.0" } as const;
