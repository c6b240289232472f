import { evictDurableObject } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Env } from "../../durable-objects/env.ts";
import type { Delivery } from "../../worker/domain/delivery.ts";
import type { CreatedEndpoint } from "../../worker/domain/inbound-endpoint.ts";
import { runDetailSchema } from "../../worker/domain/run-schema.ts";
import { cloud, cloudFields } from "../fixtures/jira-deliveries.ts";
import {
  accepted,
  addEndpoint,
  addRepository,
  deliver,
  issue,
  occupyLane,
  outcomeOf,
  runs,
  send,
  settled,
} from "../support/deliveries.ts";
import { api, createTenant, freshDatabase, problemOf, type Tenant, until } from "../support/workerd.ts";

const { DELIVERY_INBOX } = bindings as unknown as Env;
let ana: Tenant;

beforeEach(async () => {
  await freshDatabase();
  ana = await createTenant("ana");
});

describe("an issue's run", () => {
  let endpoint: CreatedEndpoint;

  beforeEach(async () => {
    await addRepository(ana);
    endpoint = await addEndpoint(ana);
  });

  it("is one, however often and in whatever order its deliveries come", async () => {
    await occupyLane(ana);
    const history = [1, 2, 3, 4, 5].map((minute) =>
      issue({ minute, title: `Title ${minute}`, labels: minute === 3 ? [] : ["runyard", "low"] }),
    );
    for (const index of [4, 0, 2, 0, 3, 1, 4, 2]) await accepted(await deliver(endpoint, history[index]!));
    await settled(ana);
    expect(await runs(ana)).toMatchObject([{ state: "queued", title: "Title 5", priority: "low" }]);
    for (const payload of history) await accepted(await deliver(endpoint, payload));
    await settled(ana);
    expect(await runs(ana)).toHaveLength(1);
  });

  it("is changed while it waits", async () => {
    await occupyLane(ana);
    await accepted(await deliver(endpoint, issue({ minute: 1 })));
    await settled(ana);
    const id = await accepted(
      await deliver(endpoint, issue({ minute: 2, title: "Better said", labels: ["runyard", "hotfix"] })),
    );
    const { outcome, runId } = await outcomeOf(ana, id);
    expect(outcome).toBe("The run that waits was changed.");
    const run = runDetailSchema.parse(await (await api(ana, `/api/runs/${runId}`)).json());
    expect(run).toMatchObject({
      state: "queued",
      title: "Better said",
      priority: "urgent",
      issue: { labels: ["runyard", "hotfix"] },
    });
    expect(
      await until(
        () => runs(ana),
        ([first]) => first?.title === "Better said",
      ),
    ).toHaveLength(1);
  });

  it.each([
    ["closed", { state: "closed" }, "The issue is closed."],
    ["unlabelled", { labels: [] }, "none of the labels"],
  ])("is cancelled with the reason when its issue is %s while it waits", async (_, changes, reason) => {
    const resume = await occupyLane(ana);
    await accepted(await deliver(endpoint, issue({ minute: 1 })));
    await settled(ana);
    const id = await accepted(await deliver(endpoint, issue({ minute: 2, ...changes })));
    const delivery = await outcomeOf(ana, id);
    expect(delivery.outcome).toMatch(/^The run that waited was cancelled\./);
    expect(await (await api(ana, `/api/runs/${delivery.runId}/log.txt`)).text()).toContain(reason);
    await resume();
    expect(
      await until(
        () => runs(ana),
        ([run]) => run?.state === "cancelled",
      ),
    ).toHaveLength(1);
    await accepted(await deliver(endpoint, issue({ minute: 3 })));
    await settled(ana);
    expect(await runs(ana)).toHaveLength(2);
  });

  it("is cancelled when its repository is deleted while it waits", async () => {
    await occupyLane(ana);
    await accepted(await deliver(endpoint, issue()));
    await settled(ana);
    await send(ana, "DELETE", "/api/repositories/api");
    await until(
      () => runs(ana),
      ([run]) => run?.state === "cancelled",
    );
  });

  it("begins anew when the issue is labelled anew after it began, and not when it is edited", async () => {
    const ended = () =>
      until(
        () => runs(ana),
        (all) => all.every(({ finishedAt }) => finishedAt !== null),
      );
    for (const [minute, changes, expected] of [
      [1, {}, 1],
      [2, { title: "Edited" }, 1],
      [3, { labels: [] }, 1],
      [4, {}, 2],
    ] as const) {
      await accepted(await deliver(endpoint, issue({ minute, ...(changes as Record<string, unknown>) })));
      await settled(ana);
      expect(await ended()).toHaveLength(expected);
    }
  });

  it("is started by processing a delivery again after configuration changed", async () => {
    const id = await accepted(await deliver(endpoint, issue({ labels: ["bug"] })));
    expect((await outcomeOf(ana, id)).outcome).toContain("none of the labels");
    await send(ana, "PUT", "/api/repositories/api", {
      key: "api",
      name: "API",
      gitUrl: "https://github.com/acme/api.git",
      takeLabels: ["bug"],
    });
    for (let again = 0; again < 2; again++) {
      expect((await send(ana, "POST", `/api/deliveries/${id}/reprocess`)).status).toBe(202);
      await settled(ana);
    }
    expect(await runs(ana)).toHaveLength(1);
  });

  it("comes of Jira's deliveries, too, by component and priority", async () => {
    await addRepository(ana, {
      key: "web",
      gitUrl: "https://h.test/a/web",
      jira: { projects: ["PROJ"], components: ["frontend"] },
    });
    await addRepository(ana, { key: "rest", gitUrl: "https://h.test/a/rest", jira: { projects: ["PROJ"] } });
    const jira = await addEndpoint(ana, { tracker: "jira" });
    await accepted(await deliver(jira, cloud.updated, { path: "/webhook/jira", id: "abc" }));
    const fields = { ...cloudFields, components: [] };
    await accepted(
      await deliver(jira, { ...cloud.updated, issue: { ...cloud.updated.issue, id: "7", key: "PROJ-7", fields } }),
    );
    const sprint = await accepted(await deliver(jira, cloud.sprint));
    expect((await outcomeOf(ana, sprint)).status).toBe("ignored");
    const lanes = (await runs(ana)).map(({ lane, priority }) => [lane, priority]);
    expect(lanes.toSorted()).toEqual([
      ["repository:rest", "high"],
      ["repository:web", "high"],
    ]);
  });

  it("survives that the inbox is evicted at any time", async () => {
    const inbox = DELIVERY_INBOX.get(DELIVERY_INBOX.idFromName(ana.workspaceId));
    for (let number = 1; number <= 5; number++) {
      await accepted(await deliver(endpoint, issue({ number })));
      await evictDurableObject(inbox as unknown as DurableObjectStub);
    }
    expect(await settled(ana)).toHaveLength(5);
    expect(await runs(ana)).toHaveLength(5);
  });
});

describe("a test delivery", () => {
  it("goes the way of any other, says what would happen, and starts nothing", async () => {
    await addRepository(ana, { takeLabels: ["take-me"], jira: { projects: ["PROJ"], components: ["core"] } });
    for (const settings of [
      { tracker: "github" },
      { tracker: "jira" },
      { tracker: "jira", authentication: "address" },
    ]) {
      const { id } = await addEndpoint(ana, settings);
      const delivery = (await (await api(ana, `/api/inbound-endpoints/${id}/test`, {})).json()) as Delivery;
      expect(delivery).toMatchObject({
        status: "done",
        endpointId: id,
        outcome: "A test: it would start a run in api with the priority normal.",
      });
    }
    expect(await runs(ana)).toEqual([]);
  });

  it("needs a repository to speak for", async () => {
    const { id } = await addEndpoint(ana);
    expect(await problemOf(await api(ana, `/api/inbound-endpoints/${id}/test`, {}))).toMatchObject({
      code: "invalid-request",
    });
  });
});
