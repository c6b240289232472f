/**
 * Looks at received deliveries: each is ignored with its reason, or its news is merged into what is known of its issue.
 * Touches nothing outside the inbox. Each delivery is taken in whole or not at all, and taking it in twice changes
 * nothing.
 */

import type { IssueNews } from "../../worker/domain/issue-news.ts";
import { type Judgement, judgeIssue } from "../../worker/domain/issue-routing.ts";
import { mergeNews } from "../../worker/domain/issue-state.ts";
import type { Clock } from "../../worker/domain/ports.ts";
import type { Repository } from "../../worker/domain/repository.ts";
import type { DeliveryEnd, InboxStorage, ReceivedDelivery } from "./storage.ts";

/** Deliveries between two yields: a few milliseconds, so that new ones are acknowledged meanwhile. */
const BATCH = 20;
/** Deliveries that one alarm looks at: far below what its time allows. */
const AT_ONCE = 2_000;
/** An issue that never comes to rest is dealt with after so many quiet windows all the same. */
const WINDOWS_MAX = 10;

export interface Intake {
  readonly storage: InboxStorage;
  readonly repositories: readonly Repository[];
  readonly clock: Clock;
  /** How long an issue is left alone after news of it. */
  readonly quietMs: number;
  readonly onFault: (deliveryId: string, error: unknown) => void;
}

export async function takeInDeliveries(intake: Intake): Promise<void> {
  const { storage, clock } = intake;
  for (let taken = 0; taken < AT_ONCE; taken += BATCH) {
    const batch = storage.received(BATCH);
    if (batch.length === 0) return;
    for (const delivery of batch)
      storage.transaction(() => storage.finish(delivery.id, endOf(intake, delivery), clock.now()));
    await clock.sleep(0);
  }
}

function endOf(intake: Intake, delivery: ReceivedDelivery): DeliveryEnd {
  try {
    return intake.storage.transaction(() => takeIn(intake, delivery));
  } catch (error) {
    // One delivery that we cannot take in must not hold up the others.
    intake.onFault(delivery.id, error);
    return {
      status: "failed",
      outcome: "Runyard could not process this delivery. It is kept: process it again later.",
    };
  }
}

function takeIn(intake: Intake, { reading, onlyRepository }: ReceivedDelivery): DeliveryEnd {
  if (reading.kind === "ignored") return { status: "ignored", outcome: reading.reason };
  if (reading.kind === "unreadable") return { status: "failed", outcome: reading.reason };
  const { news } = reading;
  const judgement = judgeIssue(news, intake.repositories);
  const about = { repositoryKey: judgement.repositoryKey, issueKey: news.key, identity: news.identity };
  if (judgement.repositoryKey === null && !judgement.isWanted) {
    if (!reading.isTest && onlyRepository === null) merge(intake, news, judgement);
    return { ...about, status: "unrouted", outcome: judgement.reason };
  }
  if (onlyRepository !== null && judgement.repositoryKey !== onlyRepository) {
    const outcome = `This endpoint speaks for the repository ${onlyRepository} alone.`;
    return { ...about, status: "ignored", outcome };
  }
  if (reading.isTest) return { ...about, status: "done", outcome: testOutcome(judgement) };
  const isNews = merge(intake, news, judgement);
  if (!isNews) return { ...about, status: "done", outcome: "Newer news of the issue was known already." };
  return { ...about, status: "settling", outcome: null };
}

function testOutcome(judgement: Judgement): string {
  if (!judgement.isWanted) return `A test: it would start no run. ${judgement.reason}`;
  return `A test: it would start a run in ${judgement.repositoryKey} with the priority ${judgement.priority}.`;
}

/** False when it changed nothing. */
function merge({ storage, clock, quietMs }: Intake, news: IssueNews, { isWanted }: Judgement): boolean {
  const now = clock.now();
  const known = storage.issue(news.identity);
  const { state, isChanged, isNewest } = mergeNews(known?.state ?? null, news, isWanted);
  // The newest news again changes nothing here, but configuration may have changed since.
  if (!isChanged && !isNewest) return false;
  const since = known?.unsettledSince ?? now;
  storage.putState(news.identity, state, now);
  storage.schedule(news.identity, Math.min(now + quietMs, since + WINDOWS_MAX * quietMs), since);
  return true;
}
