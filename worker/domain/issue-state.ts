/**
 * What is known of one issue, and which run it should have, as a pure machine. News is merged, then the world is brought
 * in line step by step: {@link nextStep} says what to do, {@link afterStep} takes in what came of it.
 *
 * Merging keeps the newest news and the greatest mark at which the issue was not to be run. Both are maxima, so any
 * order, repetition or replay of the same news gives the same state. That is what makes the runs independent of the order in which
 * deliveries arrive: an issue that is wanted has one run since it was last unwanted.
 */
import type { IssueNews } from "./issue-news.ts";
import type { Judgement } from "./issue-routing.ts";

export interface IssueRun {
  readonly runId: string;
  readonly repositoryKey: string;
  /** Mark of the news that it was started for, or last changed to. */
  readonly carries: string;
  /** What it was told, to tell whether there is something new to tell. */
  readonly content: string;
  /** `starting`: asked for, perhaps in vain. `begun`: it waits no more, so it is left alone. */
  readonly phase: "starting" | "waiting" | "begun";
}

export interface IssueState {
  readonly newest: IssueNews;
  /** Newest mark at which the issue was not to be run; null when it always was. */
  readonly lastUnwanted: string | null;
  /** The newest run that was started for it; null when there is none, or when its run was cancelled from here. */
  readonly run: IssueRun | null;
}

export interface Merge {
  readonly state: IssueState;
  /** False when everything that the news says was known, or known to be past. */
  readonly isChanged: boolean;
  readonly isNewest: boolean;
}

/** Takes in news, newer or older than what is known. */
export function mergeNews(known: IssueState | null, news: IssueNews, isWanted: boolean): Merge {
  const unwanted = isWanted ? null : news.mark;
  if (!known) return { state: { newest: news, lastUnwanted: unwanted, run: null }, isChanged: true, isNewest: true };
  const isNewest = news.mark >= known.newest.mark;
  const lastUnwanted = later(known.lastUnwanted, unwanted);
  const isChanged = news.mark > known.newest.mark || lastUnwanted !== known.lastUnwanted;
  return { state: { ...known, newest: isNewest ? news : known.newest, lastUnwanted }, isChanged, isNewest };
}

function later(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a > b ? a : b;
}

/** What a run is told about its issue; equal texts need no telling. */
export function contentOf(news: IssueNews, { priority }: Judgement): string {
  return JSON.stringify([priority, news.key, news.title, news.url, news.type, news.labels]);
}

export type Step =
  /** `run.phase` is `starting`: store it first, then ask for it under this id, as often as it takes. */
  | { readonly type: "start"; readonly run: IssueRun }
  | { readonly type: "amend"; readonly run: IssueRun }
  | { readonly type: "cancel"; readonly run: IssueRun; readonly reason: string };

/** The next thing to do for this issue; null when its run is as it should be. `newRunId` names a run that is new. */
export function nextStep(state: IssueState, judgement: Judgement, newRunId: () => string): Step | null {
  const { run, newest } = state;
  // Whether a start that was asked for came about is not known: ask again, then go on from there.
  if (run?.phase === "starting") return { type: "start", run };
  if (!judgement.isWanted) {
    return run?.phase === "waiting" ? { type: "cancel", run, reason: judgement.reason } : null;
  }
  const { repositoryKey } = judgement;
  const content = contentOf(newest, judgement);
  const fresh = (): Step => ({
    type: "start",
    run: { runId: newRunId(), repositoryKey, carries: newest.mark, content, phase: "starting" },
  });
  if (!run) return fresh();
  const isFromBefore = state.lastUnwanted !== null && run.carries < state.lastUnwanted;
  if (run.phase === "begun") return isFromBefore ? fresh() : null;
  if (run.repositoryKey !== repositoryKey) {
    return { type: "cancel", run, reason: `The issue moved to the repository ${repositoryKey}.` };
  }
  return isFromBefore || run.content !== content ? { type: "amend", run } : null;
}

/** How the world answered a step. `begun`: the run waits no more. */
export type StepAnswer = "done" | "begun";

export function afterStep(state: IssueState, judgement: Judgement, step: Step, answer: StepAnswer): IssueState {
  const { run } = step;
  if (answer === "begun") return { ...state, run: { ...run, phase: "begun" } };
  switch (step.type) {
    case "start":
      return { ...state, run: { ...run, phase: "waiting" } };
    case "amend":
      return { ...state, run: { ...run, carries: state.newest.mark, content: contentOf(state.newest, judgement) } };
    case "cancel":
      return { ...state, run: null };
  }
}
