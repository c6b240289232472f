import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { IssueNews } from "../../../worker/domain/issue-news.ts";
import { judgeIssue } from "../../../worker/domain/issue-routing.ts";
import { afterStep, type IssueState, mergeNews, nextStep, type Step } from "../../../worker/domain/issue-state.ts";
import type { Repository } from "../../../worker/domain/repository.ts";
import { newsAt, repository } from "../../support/issues.ts";

/** A queue and an inbox for one issue: what the objects do, without time and without storage. */
class World {
  repositories: readonly Repository[] = [repository()];
  state: IssueState | null = null;
  readonly runs = new Map<string, { waits: boolean; isCancelled: boolean; title: string; repositoryKey: string }>();

  deliver(news: IssueNews): void {
    this.state = mergeNews(this.state, news, judgeIssue(news, this.repositories).isWanted).state;
  }

  /** Takes steps until there is none. `isLost` says whether what came of a step is forgotten, as by a crash. */
  align(isLost: () => boolean = () => false): void {
    for (let taken = 0; this.state; taken++) {
      const state: IssueState = this.state;
      const judgement = judgeIssue(state.newest, this.repositories);
      const step = nextStep(state, judgement, () => `run-${this.runs.size + 1}`);
      if (!step) return;
      expect(taken).toBeLessThan(8);
      if (step.type === "start") this.state = { ...state, run: step.run };
      const answer = this.#take(step, state.newest.title);
      if (isLost()) return;
      this.state = afterStep(state, judgement, step, answer);
    }
  }

  #take(step: Step, title: string): "done" | "begun" {
    const { runId, repositoryKey } = step.run;
    const known = this.runs.get(runId);
    if (step.type === "start") {
      if (!known) this.runs.set(runId, { waits: true, isCancelled: false, title, repositoryKey });
      expect(this.waiting.length).toBeLessThanOrEqual(1);
      return "done";
    }
    if (!known?.waits) return known?.isCancelled && step.type === "cancel" ? "done" : "begun";
    if (step.type === "amend") known.title = title;
    else Object.assign(known, { waits: false, isCancelled: true });
    return "done";
  }

  begin(): void {
    for (const run of this.waiting) run.waits = false;
  }

  get waiting() {
    return [...this.runs.values()].filter((run) => run.waits);
  }

  /** Runs that were not called off. */
  get live() {
    return [...this.runs.values()].filter((run) => !run.isCancelled);
  }
}

/** News of one issue in the order of its history, with ties within a minute, each of them different. */
const history = fc
  .array(fc.record({ minute: fc.nat(6), wanted: fc.boolean(), title: fc.nat(3), tie: fc.nat(3) }), {
    minLength: 1,
    maxLength: 10,
  })
  .map((entries) =>
    entries.map(({ minute, wanted, title, tie }, index) =>
      newsAt(minute, { tie: String(tie), title: `title ${title} of ${index}`, labels: wanted ? ["runyard"] : [] }),
    ),
  );

/** The same deliveries, shuffled, some of them several times. */
const shuffled = history.chain((news) =>
  fc
    .array(fc.nat(news.length - 1), { maxLength: 10 })
    .chain((again) =>
      fc.shuffledSubarray([...news, ...again.map((index) => news[index]!)], { minLength: news.length + again.length }),
    )
    .map((order) => ({ news, order })),
);

const newestOf = (news: readonly IssueNews[]) => news.toSorted((a, b) => (a.mark < b.mark ? -1 : 1)).at(-1)!;
const isWanted = (news: IssueNews) => news.labels.length > 0;

describe("an issue's state", () => {
  it("is the same whatever the order in which deliveries arrive, and however often", () => {
    fc.assert(
      fc.property(shuffled, ({ news, order }) => {
        const [inOrder, mixed] = [new World(), new World()];
        for (const each of news) inOrder.deliver(each);
        for (const each of order) mixed.deliver(each);
        expect(mixed.state).toEqual(inOrder.state);
      }),
      { numRuns: 500 },
    );
  });

  it("ends in one waiting run that says what is newest, or in none, when deliveries and alignment mix in any way", () => {
    fc.assert(
      fc.property(shuffled, fc.infiniteStream(fc.nat(3)), ({ news, order }, chances) => {
        const world = new World();
        const chance = () => chances.next().value === 0;
        for (const each of order) {
          world.deliver(each);
          if (chance()) world.align(chance);
          expect(world.waiting.length).toBeLessThanOrEqual(1);
        }
        world.align();
        const newest = newestOf(news);
        expect(world.live.map((run) => run.title)).toEqual(isWanted(newest) ? [newest.title] : []);
        const runs = [...world.runs.values()];
        for (const each of order) world.deliver(each);
        world.align();
        expect([...world.runs.values()]).toEqual(runs);
      }),
      { numRuns: 500 },
    );
  });

  it("has one run since it was last unwanted, also when runs begin at any time", () => {
    fc.assert(
      fc.property(shuffled, fc.infiniteStream(fc.nat(3)), ({ news, order }, chances) => {
        const world = new World();
        const chance = () => chances.next().value === 0;
        for (const each of order) {
          world.deliver(each);
          if (chance()) world.align(chance);
          if (chance()) world.begin();
        }
        world.align();
        const newest = newestOf(news);
        const { state } = world;
        expect(state?.newest).toEqual(newest);
        expect(world.waiting.length).toBeLessThanOrEqual(isWanted(newest) ? 1 : 0);
        if (isWanted(newest)) expect(state!.run!.carries > (state!.lastUnwanted ?? "")).toBe(true);
        // What began is left alone, and nothing begins twice for one time of being wanted.
        const streaks = news
          .toSorted((a, b) => (a.mark < b.mark ? -1 : 1))
          .filter((each, at, all) => isWanted(each) && (at === 0 || !isWanted(all[at - 1]!)));
        if (streaks.length === 1) expect(world.live.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 500 },
    );
  });

  it("starts a second run when an issue is labelled anew after its first has begun", () => {
    const world = new World();
    for (const news of [newsAt(1), newsAt(2, { labels: [] }), newsAt(3)]) {
      world.deliver(news);
      world.align();
      world.begin();
    }
    expect(world.live).toHaveLength(2);
  });

  it("does not start a second run for an edit, a comment, or old news", () => {
    const world = new World();
    for (const news of [newsAt(2), newsAt(3, { title: "Edited" }), newsAt(1, { labels: [] }), newsAt(2)]) {
      world.deliver(news);
      world.align();
      world.begin();
    }
    expect(world.live).toHaveLength(1);
  });

  it("lets a run that has begun go on when its issue is closed", () => {
    const world = new World();
    world.deliver(newsAt(1));
    world.align();
    world.begin();
    world.deliver(newsAt(2, { isOpen: false }));
    world.align();
    expect(world.live).toHaveLength(1);
    expect(world.state?.run?.phase).toBe("begun");
  });

  it("moves a waiting run with its issue to another repository", () => {
    const world = new World();
    const project = { tracker: "jira", remote: null, project: "PROJ" } as const;
    world.repositories = ["api", "web"].map((key) =>
      repository({ key, gitUrl: `https://h.test/a/${key}`, jira: { projects: ["PROJ"], components: [key] } }),
    );
    for (const [minute, component] of [
      [1, "api"],
      [2, "web"],
    ] as const) {
      world.deliver(newsAt(minute, { ...project, components: [component] }));
      world.align();
    }
    expect(world.live.map((run) => run.repositoryKey)).toEqual(["web"]);
    expect(world.runs.size).toBe(2);
  });

  it("starts the run of an issue that was not wanted once configuration wants it and its delivery is processed again", () => {
    const world = new World();
    const news = newsAt(1, { labels: ["bug"] });
    world.deliver(news);
    world.align();
    expect(world.runs.size).toBe(0);
    world.repositories = [repository({ takeLabels: ["bug"] })];
    for (let again = 0; again < 2; again++) {
      world.deliver(news);
      world.align();
    }
    expect(world.live).toHaveLength(1);
    world.repositories = [];
    world.align();
    expect(world.live).toHaveLength(0);
  });
});
