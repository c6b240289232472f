import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { judgeIssue } from "../../../worker/domain/issue-routing.ts";
import { exportReposFile, planImport, readReposFile, reposFileSchema } from "../../../worker/domain/repos-file.ts";
import { remoteOf, repositorySchema } from "../../../worker/domain/repository.ts";
import { newsAt, repository } from "../../support/issues.ts";

const jiraNews = (changes: object = {}) =>
  newsAt(1, { tracker: "jira", remote: null, project: "PROJ", key: "PROJ-1", identity: "jira::1", ...changes });

describe("remoteOf", () => {
  it.each([
    "https://github.com/acme/api",
    "https://github.com/acme/api.git",
    "https://GitHub.com/Acme/API/",
    "git@github.com:acme/api.git",
    "ssh://git@github.com/acme/api.git",
  ])("reads %s as github.com/acme/api", (url) => {
    expect(remoteOf(url)).toBe("github.com/acme/api");
  });

  it("keeps a port, and groups within groups", () => {
    expect(remoteOf("https://git.acme.test:8443/team/sub/api.git")).toBe("git.acme.test:8443/team/sub/api");
  });

  it.each(["", "api", "/srv/git/api", "file:///srv/api", "https://github.com", "javascript:alert(1)"])(
    "refuses %j",
    (url) => {
      expect(remoteOf(url)).toBeNull();
    },
  );
});

describe("repositorySchema", () => {
  const problemOf = (settings: object) => {
    const parsed = repositorySchema.safeParse({ ...repository(), ...settings });
    return parsed.success
      ? null
      : parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
  };

  it("fills in what is not said", () => {
    expect(repository()).toMatchObject({
      defaultBranch: "main",
      takeLabels: ["runyard"],
      branchTemplate: "runyard/{key}",
      testMode: "quick",
      verification: "auto",
      jira: { projects: [], components: [], labels: [] },
      commands: { install: "", build: "", test: "" },
    });
  });

  it.each([
    [{ key: "API" }, /key: must be 1 to 48/],
    [{ key: "import" }, /key: must not be one of/],
    [{ gitUrl: "https://user:token@github.com/acme/api" }, /gitUrl: must hold no user name or password/],
    [{ gitUrl: "nonsense" }, /gitUrl: must be like/],
    [{ defaultBranch: "a..b" }, /defaultBranch: is not a name that git takes/],
    [{ branchTemplate: "fix" }, /branchTemplate: must contain \{key\}/],
    [{ branchTemplate: "a b/{key}" }, /branchTemplate: is not a name/],
    [{ takeLabels: [] }, /takeLabels: must name at least one/],
    [{ takeLabels: ["bug", "Bug"] }, /takeLabels\.1: "Bug" is listed twice/],
    [{ priorityRules: { bug: "soon" } }, /priorityRules\.bug: must be urgent, high, normal or low/],
    [{ jira: { projects: ["PROJ", "proj"] } }, /jira\.projects: must list each project once/],
    [{ testMode: "all" }, /testMode: must be quick, full, none/],
    [{ token: "x" }, /Unrecognized key/],
  ])("refuses %j", (settings, expected) => {
    expect(problemOf(settings)).toMatch(expected);
  });
});

describe("judgeIssue", () => {
  const wanted = { isWanted: true, repositoryKey: "api" };

  it("finds a GitHub issue's repository by its address, however that is written", () => {
    expect(judgeIssue(newsAt(1), [repository({ gitUrl: "git@github.com:Acme/Api.git" })])).toMatchObject(wanted);
    const elsewhere = judgeIssue(newsAt(1, { remote: "github.com/acme/web" }), [repository()]);
    expect(elsewhere).toMatchObject({
      isWanted: false,
      repositoryKey: null,
      reason: expect.stringContaining("github.com/acme/web"),
    });
  });

  it.each([
    [{ isOpen: false }, "closed"],
    [{ isGone: true }, "deleted"],
    [{ labels: ["bug"] }, "none of the labels"],
    [{ labels: [] }, "none of the labels"],
  ])("wants no run when %j", (changes, reason) => {
    expect(judgeIssue(newsAt(1, changes), [repository()])).toMatchObject({
      isWanted: false,
      repositoryKey: "api",
      reason: expect.stringContaining(reason),
    });
  });

  it("takes every open issue for *, and a label in any case", () => {
    expect(judgeIssue(newsAt(1, { labels: [] }), [repository({ takeLabels: ["*"] })])).toMatchObject(wanted);
    expect(judgeIssue(newsAt(1, { labels: ["RunYard"] }), [repository()])).toMatchObject(wanted);
  });

  const web = repository({
    key: "web",
    gitUrl: "https://github.com/acme/web",
    jira: { projects: ["PROJ"], components: ["Web"] },
  });
  const mobile = repository({
    key: "mobile",
    gitUrl: "https://github.com/acme/m",
    jira: { projects: ["PROJ"], labels: ["app"] },
  });
  const rest = repository({ jira: { projects: ["PROJ"] } });

  it("maps one Jira project to several repositories by component and label, and the rest to the one that names neither", () => {
    const all = [web, mobile, rest];
    expect(judgeIssue(jiraNews({ components: ["web"] }), all)).toMatchObject({ repositoryKey: "web" });
    expect(judgeIssue(jiraNews({ labels: ["runyard", "app"] }), all)).toMatchObject({ repositoryKey: "mobile" });
    expect(judgeIssue(jiraNews({ components: ["Docs"] }), all)).toMatchObject({ repositoryKey: "api" });
  });

  it("says so when none or several match", () => {
    expect(judgeIssue(jiraNews({ project: "OTHER" }), [web, rest])).toMatchObject({
      repositoryKey: null,
      reason: "No repository takes issues of the Jira project OTHER.",
    });
    expect(judgeIssue(jiraNews({ components: ["Web"], labels: ["runyard", "app"] }), [web, mobile])).toMatchObject({
      repositoryKey: null,
      reason: expect.stringContaining("web, mobile"),
    });
    expect(judgeIssue(jiraNews(), [rest, { ...rest, key: "second" }])).toMatchObject({
      isWanted: false,
      repositoryKey: null,
    });
  });
});

describe("repos.json", () => {
  it("is described in the docs by the schema that it is checked with", () => {
    const described = JSON.parse(readFileSync("docs/repos.schema.json", "utf8"));
    expect(described).toEqual(
      z.toJSONSchema(reposFileSchema, { io: "input", target: "draft-2020-12", unrepresentable: "any" }),
    );
  });

  const rows = [repository(), repository({ key: "web", gitUrl: "https://github.com/acme/web" })];

  it("imports what was exported, without a change", () => {
    const plan = readReposFile(JSON.stringify(exportReposFile(rows)), rows);
    expect(plan.ok && plan.value.changes.map(({ kind }) => kind)).toEqual(["keep", "keep"]);
    expect(plan.ok && plan.value.repositories).toEqual(rows);
  });

  it("says what an import changes, field by field", () => {
    const changed = { ...rows[0]!, name: "The API", jira: { ...rows[0]!.jira, projects: ["PROJ"] } };
    const added = repository({ key: "new-one", gitUrl: "https://github.com/acme/new" });
    const plan = planImport({ version: 1, repositories: [changed, added] }, rows);
    expect(plan.ok && plan.value.changes).toEqual([
      {
        key: "api",
        kind: "change",
        fields: [
          { path: "name", before: "API", after: "The API" },
          { path: "jira.projects", before: [], after: ["PROJ"] },
        ],
      },
      { key: "new-one", kind: "create", fields: [] },
    ]);
  });

  it("reports all problems at once, with their paths, also those between rows", () => {
    const file = {
      version: 1,
      extra: true,
      repositories: [
        { key: "a", name: "", gitUrl: "https://github.com/acme/one" },
        { key: "a", name: "Two", gitUrl: "git@github.com:acme/one.git", priorityRules: { bug: "soon" } },
        { key: "b", name: "Three", gitUrl: "https://github.com/acme/web", takeLabels: [] },
        "nonsense",
      ],
    };
    const plan = planImport(file, rows);
    if (plan.ok) throw new Error("it was accepted");
    expect(plan.errors?.map(({ path }) => path).toSorted()).toEqual([
      "extra",
      "repositories.0.name",
      "repositories.1.gitUrl",
      "repositories.1.key",
      "repositories.1.priorityRules.bug",
      "repositories.2.gitUrl",
      "repositories.2.takeLabels",
      "repositories.3",
    ]);
  });

  it.each(["", "{", "[]", "null", '{"version":2,"repositories":[]}', '{"version":1}'])("refuses %j", (text) => {
    expect(readReposFile(text, [])).toMatchObject({ ok: false });
  });

  it("lets two rows swap their addresses", () => {
    const [api, web] = rows as [(typeof rows)[0], (typeof rows)[0]];
    const swapped = [
      { ...api, gitUrl: web.gitUrl },
      { ...web, gitUrl: api.gitUrl },
    ];
    expect(planImport({ version: 1, repositories: swapped }, rows).ok).toBe(true);
  });

  it("refuses more repositories than a workspace holds", () => {
    const many = Array.from({ length: 200 }, (_, n) => repository({ key: `r${n}`, gitUrl: `https://h.test/a/${n}` }));
    expect(planImport({ version: 1, repositories: many }, []).ok).toBe(true);
    expect(planImport({ version: 1, repositories: many }, rows)).toMatchObject({ ok: false });
  });
});
