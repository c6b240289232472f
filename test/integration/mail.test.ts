import { beforeEach, describe, expect, it } from "vitest";
import { createdEndpointSchema, messageDetailSchema } from "../../worker/domain/webhook-endpoint.ts";
import { api, browse, createTenant, freshDatabase, problemOf, type Tenant, until } from "../support/workerd.ts";

let ana: Tenant;

beforeEach(async () => {
  await freshDatabase();
  ana = await createTenant("ana");
});

const create = (url: string) => api(ana, "/api/webhooks", { url, events: ["budget.warning"] });

describe("a mailbox", () => {
  it("gets messages as e-mail, and is deleted by its address", async () => {
    const { id } = createdEndpointSchema.parse(await (await create("mailto:ana@example.com")).json()).endpoint;
    const sent = (await (await api(ana, `/api/webhooks/${id}/test`, {})).json()) as { id: string };
    const settled = await until(
      async () => messageDetailSchema.parse(await (await api(ana, `/api/webhooks/${id}/messages/${sent.id}`)).json()),
      ({ nextAttemptAt, state }) => nextAttemptAt === null && state !== "sent",
    );
    expect(settled).toMatchObject({ state: "acknowledged", attempts: 1, lastStatus: null });
    const page = await browse(ana, `/settings/webhooks/${id}`);
    expect(await page.text()).toContain("Webhook to ana@example.com");
    expect((await browse(ana, `/settings/webhooks/${id}/deletion`, { host: "ana@example.com" })).status).toBe(303);
    const wrong = await create("mailto:ana@example.com?bcc=b@example.com");
    expect((await problemOf(wrong)).detail).toContain("mailto:ana@example.com");
  });
});

describe("an invitation with an address", () => {
  it("is sent there by e-mail, and its link shown all the same", async () => {
    const invite = async (email: string) =>
      (await browse(ana, "/settings/invitations", { email, role: "viewer" })).text();
    const page = await invite("cleo@example.com");
    expect(page).toContain("It was sent by e-mail.");
    expect(page).toMatch(/\/invite\/[0-9a-f]{48}/);
    expect(await invite("")).toContain("Send it to the person");
  });
});
