import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { WebhookDefinition } from "@octokit/webhooks-examples";
import { describe, expect, it } from "vitest";
import { issueSchema } from "../../../worker/domain/issue.ts";
import type { IssueNews, Tracker } from "../../../worker/domain/issue-news.ts";
import { issueOf } from "../../../worker/domain/issue-news.ts";
import { readDelivery } from "../../../worker/webhooks/reading.ts";
import { cloud, cloudFields, server } from "../../fixtures/jira-deliveries.ts";

const fault = (error: unknown): never => {
  throw error;
};

function read(tracker: Tracker, event: string, payload: unknown, deliveryId = "id") {
  return readDelivery(tracker, { event, deliveryId, bodyHash: "0".repeat(64), payload }, fault);
}

function newsOf(tracker: Tracker, event: string, payload: unknown, deliveryId?: string): IssueNews {
  const reading = read(tracker, event, payload, deliveryId);
  if (reading.kind !== "news") throw new Error(`no news: ${reading.reason}`);
  return reading.news;
}

const jira = (payload: { webhookEvent: string }) => read("jira", payload.webhookEvent, payload);
const jiraNews = (payload: { webhookEvent: string }) => newsOf("jira", payload.webhookEvent, payload);

/** Every path to a value below the root, so that each can be left out. */
function pathsOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))];
}

function without(value: object, path: readonly string[]): unknown {
  const copy = structuredClone(value);
  const parent = path
    .slice(0, -1)
    .reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, copy as Record<string, unknown>);
  delete parent[path.at(-1)!];
  return copy;
}

const file = createRequire(import.meta.url).resolve("@octokit/webhooks-examples");
const examples: WebhookDefinition[] = JSON.parse(readFileSync(file, "utf8"));
const issuesExample = examples.find(({ name }) => name === "issues")!.examples[0] as unknown as {
  action: string;
  issue: Record<string, unknown>;
  repository: Record<string, unknown>;
};

describe("GitHub's public examples", () => {
  it.each(examples.map(({ name, examples: payloads }) => [name, payloads] as const))(
    "reads every example of %s",
    (name, payloads) => {
      for (const payload of payloads) {
        const reading = read("github", name, payload);
        const { issue } = payload as { issue?: object };
        // Some are cut short: they say nothing of labels or of the state.
        const isAboutIssue =
          ["issues", "issue_comment"].includes(name) && !("pull_request" in issue!) && "labels" in issue!;
        expect(reading.kind, reading.kind === "ignored" ? reading.reason : "").toBe(isAboutIssue ? "news" : "ignored");
        if (reading.kind === "news") expect(issueSchema.safeParse(issueOf(reading.news)).error).toBeUndefined();
      }
    },
  );

  it("has examples of everything that is told apart", () => {
    expect(examples.flatMap(({ examples: payloads }) => payloads).length).toBeGreaterThan(250);
  });

  it("finds the issue, its repository and its labels", () => {
    expect(newsOf("github", "issues", issuesExample)).toMatchObject({
      identity: "github:github.com/codertocat/hello-world#1",
      key: "Codertocat/Hello-World#1",
      title: "Spelling error in the README file",
      remote: "github.com/codertocat/hello-world",
      isOpen: true,
      isGone: false,
      updatedAt: expect.stringMatching(/^20\d\d-.*\.000Z$/),
    });
  });

  it("reads an issue with any one field missing as news, or says what is missing", () => {
    for (const path of pathsOf(issuesExample).filter((each) => each.length > 0)) {
      const reading = read("github", "issues", without(issuesExample, path));
      if (reading.kind === "ignored") expect(reading.reason).toMatch(/lacks|about no issue/);
      else expect(reading.kind).toBe("news");
    }
  });

  it.each([null, 1, "text", [], { issue: null }, { issue: { number: {}, labels: "x" } }, { __proto__: null }])(
    "survives %j",
    (payload) => {
      for (const event of ["issues", "ping", "constructor"])
        expect(read("github", event, payload).kind).toBe("ignored");
      expect(read("jira", "jira:issue_updated", payload).kind).toBe("ignored");
    },
  );

  it.each(["deleted", "transferred"])("puts an issue that was %s behind everything else of its history", (action) => {
    const gone = newsOf("github", "issues", { ...issuesExample, action });
    expect(gone.isGone).toBe(true);
    expect(gone.mark > newsOf("github", "issues", issuesExample, "ffffffff-ffff-1fff-8000-000000000000").mark).toBe(
      true,
    );
  });

  it("orders what happened within a second by the time in GitHub's delivery ids", () => {
    const [early, late] = ["72d3162e-cc78-11e3-81ab-4c9367dc0958", "00000001-cc79-11e3-81ab-4c9367dc0958"].map(
      (id) => newsOf("github", "issues", issuesExample, id).mark,
    );
    expect(early! < late!).toBe(true);
  });

  it("reads a form-encoded delivery's test mark", () => {
    expect(read("github", "issues", { ...issuesExample, runyard_test: true })).toMatchObject({
      kind: "news",
      isTest: true,
    });
    expect(read("github", "issues", issuesExample)).toMatchObject({ isTest: false });
  });
});

describe("Jira's deliveries", () => {
  it("reads Cloud's", () => {
    expect(jiraNews(cloud.updated)).toEqual({
      tracker: "jira",
      identity: "jira:acme.atlassian.net:10042",
      key: "PROJ-42",
      title: "Login fails on Safari",
      url: "https://acme.atlassian.net/browse/PROJ-42",
      type: "bug",
      labels: ["runyard", "web"],
      components: ["frontend"],
      project: "PROJ",
      remote: null,
      priorityField: "High",
      isOpen: true,
      isGone: false,
      updatedAt: "2026-11-20T17:04:06.806Z",
      mark: "2026-11-20T17:04:06.806Z|001795194246900|0000000000000000",
    });
    expect(jiraNews(cloud.closed).isOpen).toBe(false);
    expect(jiraNews(cloud.deleted).isGone).toBe(true);
    expect(jiraNews(cloud.deleted).mark > jiraNews(cloud.updated).mark).toBe(true);
    expect(jiraNews(cloud.updated).mark > jiraNews(cloud.created).mark).toBe(true);
  });

  it("reads Server's, below a path of its host and with states that only have a name", () => {
    expect(jiraNews(server.updated)).toMatchObject({
      identity: "jira:jira.acme.test:10042",
      url: "https://jira.acme.test/jira/browse/PROJ-42",
      priorityField: "Blocker",
      isOpen: true,
    });
    expect(jiraNews(server.resolved).isOpen).toBe(false);
    expect(jiraNews(server.closedByName)).toMatchObject({ isOpen: false, title: "", priorityField: null });
    expect(jiraNews(server.bare)).toMatchObject({ project: "PROJ", updatedAt: "2026-11-20T18:04:06.000Z", url: null });
  });

  it("ignores what says nothing of labels, and what is about no issue, with the reason", () => {
    expect(jira(cloud.commented)).toEqual({
      kind: "ignored",
      reason: "The payload lacks issue.fields.labels.",
    });
    expect(jira(cloud.sprint)).toMatchObject({ kind: "ignored", reason: expect.stringContaining("sprint_started") });
  });

  it("reads an issue with any one field missing as news, or says what is missing", () => {
    for (const payload of [cloud.updated, server.updated, cloud.deleted]) {
      for (const path of pathsOf(payload).filter((each) => each.length > 0)) {
        const reading = read("jira", payload.webhookEvent, without(payload, path));
        if (reading.kind === "ignored") expect(reading.reason).toMatch(/lacks|about no issue/);
        else expect(reading.kind).toBe("news");
      }
    }
  });

  it("cuts what is longer than a run may be told", () => {
    const fields = {
      ...cloudFields,
      summary: "x".repeat(5_000),
      labels: Array.from({ length: 500 }, (_, n) => `${n}-${"y".repeat(300)}`),
    };
    const news = jiraNews({ ...cloud.updated, issue: { ...cloud.updated.issue, fields } } as typeof cloud.updated);
    expect(issueSchema.safeParse(issueOf(news)).error).toBeUndefined();
  });
});
