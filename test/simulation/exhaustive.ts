/**
 * `npm run simulate:exhaustive`: unfolds a small scope in every order. `--lanes`, `--runs` and `--crashes` say how large
 * it is, `--executions` when to give up. A choice is which message is delivered next, and whether an instance dies: after
 * an event, or at its first write within one. Timers ring when no message is under way, the earliest first.
 *
 * Code that waits cannot be copied, so each branch is unfolded from the beginning. Branches that meet are cut: an instance
 * is what it was made from and what it was given since, in that order; what others did meanwhile makes no difference.
 */
import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import { repositoryLane } from "../../worker/domain/lane.ts";
import { Announcements } from "./announcements.ts";
import { Checks } from "./checks.ts";
import { AttemptLedger } from "./fake-attempts.ts";
import { Fate } from "./fate.ts";
import { InstanceGone, type SimulatedObject } from "./object-host.ts";
import { People } from "./people.ts";
import { assemble, type Product, type Settings, WORKSPACE } from "./product.ts";
import { NO_FAULTS, type RunPlan } from "./scenario.ts";
import { Violation, World, type WorldEvent } from "./world.ts";

const DEFAULT_SCOPE = { lanes: 1, runs: 2, crashes: 1, executions: 4_000 };
/** A branch that is longer is driven in a circle. */
const DEPTH_MAX = 500;
const SECOND_MS = 1_000;

type Scope = typeof DEFAULT_SCOPE;

interface Choice {
  readonly event: WorldEvent | null;
  /** Dies: now, or at its first write within the event. */
  readonly dies: SimulatedObject | null;
}

const digest = (text: string) => createHash("md5").update(text).digest("base64");

function planOf(index: number, lanes: number): RunPlan {
  const id = `run_${index + 1}`;
  const issue = { source: "jira" as const, key: id, title: id, url: null, type: "bug", labels: [], updatedAt: null };
  const lane = repositoryLane("ab".charAt(index % lanes));
  const fixed = { id, workspaceId: WORKSPACE, title: id, lane, priority: "normal" as const, createdBy: "usr_1" };
  return {
    spec: { ...fixed, retryOf: null, expiresAt: null, kind: "issue", issue },
    ...{ via: "submit", waitMaxMs: null, sentAt: [0], patience: 1, retryMs: 10, watchers: 0 },
    behaviour: { lines: 1, gapMs: 0, ending: "completes", strayLines: 0, deafMs: 0 },
  };
}

/** Messages take no time of their own: the order is chosen, and branches that meet meet at one instant. */
class NoChance extends Fate {
  override number(): number {
    return 0;
  }
}

/** One branch: a world that does what it is told. */
class Branch {
  readonly world: World;
  readonly product: Product;
  readonly checks: Checks;
  readonly #histories = new Map<string, string>();
  #crashesLeft: number;

  constructor({ lanes, runs, crashes }: Scope) {
    this.#crashesLeft = crashes;
    this.world = new World(new NoChance(0));
    const settings: Settings = { capacity: lanes, isSmart: true };
    const attempts = new AttemptLedger(this.world);
    const announcements = new Announcements();
    this.product = assemble({ world: this.world, rates: NO_FAULTS, settings, attempts, announcements });
    this.checks = new Checks(this.world, this.product, attempts, announcements, settings);
    const people = new People(this.world, this.product, this.checks);
    for (let index = 0; index < runs; index++) {
      const plan = planOf(index, lanes);
      attempts.expect(plan.spec.id, plan.behaviour);
      void people.send(plan);
    }
  }

  /** What may happen next; one choice alone where the order makes no difference. */
  choices(): readonly Choice[] {
    const messages = this.world.pending.filter(({ kind }) => kind === "message");
    const outside = messages.find(({ target }) => target === "worker" || target.startsWith("receiver:"));
    if (outside) return [{ event: outside, dies: null }];
    const timer = this.world.pending.filter(({ kind }) => kind === "timer").sort((a, b) => a.at - b.at)[0];
    const events = messages.length > 0 ? messages : timer ? [timer] : [];
    const choices: Choice[] = events.map((event) => ({ event, dies: null }));
    if (this.#crashesLeft === 0 || events.length === 0) return choices;
    const objects = this.product.host.objects.filter(({ kind }) => kind !== "receiver");
    for (const object of objects) if (object.current) choices.push({ event: null, dies: object });
    for (const event of events) {
      const object = objects.find(({ name }) => name === event.target);
      if (object) choices.push({ event, dies: object });
    }
    return choices;
  }

  async take({ event, dies }: Choice): Promise<void> {
    const { host } = this.product;
    if (dies) this.#crashesLeft -= 1;
    if (!event) {
      host.kill(dies!.current!, "chosen");
      this.#forget(dies!);
      return this.world.deal({ ...idle, at: this.world.elapsedMs });
    }
    const { target, label } = event;
    const isChain = target !== "worker" && target !== "d1" && !target.startsWith("receiver:");
    if (isChain) {
      const before = this.#histories.get(target) ?? "";
      this.#histories.set(target, digest(`${before} ${label} ${event.content?.()} ${this.world.wallMs}`));
    }
    host.diesAtWrite = dies;
    await this.world.deal(this.world.take(event));
    const hasDied = dies !== null && host.diesAtWrite === null;
    host.diesAtWrite = null;
    if (hasDied) this.#forget(dies);
  }

  #forget(object: SimulatedObject): void {
    this.#histories.set(object.name, digest(object.database.dump()));
  }

  /** Two branches with the same one go on alike. */
  state(): string {
    const objects = this.product.host.objects.map((object) => {
      const { name, alarmAt, isRinging, current } = object;
      return `${name} ${this.#histories.get(name)} ${alarmAt} ${isRinging} ${current !== null}`;
    });
    const events = this.world.pending.map(({ label, at, content }) => `${label} ${at} ${content?.()}`);
    const stored = this.product.d1.database.dump();
    return digest([...objects.sort(), ...events.sort(), stored, this.#crashesLeft, this.world.elapsedMs].join("\n"));
  }

  close(): void {
    this.product.host.close();
    this.product.d1.close();
  }
}

const idle = {
  ...{ tie: 0, ordinal: 0, target: "world", label: "a crash", kind: "timer" as const },
  run: () => {},
};

interface Figures {
  executions: number;
  states: number;
  transitions: number;
  ends: number;
  isComplete: boolean;
}

async function explore(scope: Scope): Promise<Figures> {
  const seen = new Set<string>();
  const open: number[][] = [[]];
  const figures: Figures = { executions: 0, states: 0, transitions: 0, ends: 0, isComplete: true };
  while (open.length > 0) {
    if (figures.executions >= scope.executions) return { ...figures, states: seen.size, isComplete: false };
    figures.executions += 1;
    const path = open.pop()!;
    await unfold(scope, path, seen, open, figures);
  }
  return { ...figures, states: seen.size };
}

async function unfold(
  scope: Scope,
  path: number[],
  seen: Set<string>,
  open: number[][],
  figures: Figures,
): Promise<void> {
  const branch = new Branch(scope);
  try {
    await branch.world.settle();
    for (const step of path) await branch.take(branch.choices()[step]!);
    if (path.length > 0) figures.transitions += 1;
    while (path.length < DEPTH_MAX) {
      const state = branch.state();
      if (seen.has(state)) return;
      seen.add(state);
      const choices = branch.choices();
      if (choices.length === 0) {
        figures.ends += 1;
        branch.checks.atRest();
        branch.checks.atEnd();
        branch.world.throwIfViolated();
        return;
      }
      for (let other = choices.length - 1; other > 0; other--) open.push([...path, other]);
      path.push(0);
      figures.transitions += 1;
      await branch.take(choices[0]!);
    }
    throw new Violation(`no end after ${DEPTH_MAX} steps`);
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    throw new Error(`${error.message}\nchoices: ${path.join(",")}`);
  } finally {
    branch.close();
  }
}

const { values } = parseArgs({
  options: {
    lanes: { type: "string" },
    runs: { type: "string" },
    crashes: { type: "string" },
    executions: { type: "string" },
  },
});
const scope: Scope = {
  lanes: Number(values.lanes ?? DEFAULT_SCOPE.lanes),
  runs: Number(values.runs ?? DEFAULT_SCOPE.runs),
  crashes: Number(values.crashes ?? DEFAULT_SCOPE.crashes),
  executions: Number(values.executions ?? DEFAULT_SCOPE.executions),
};
// What a dead instance leaves behind is nobody's error.
process.on("unhandledRejection", (error) => {
  if (!(error instanceof InstanceGone)) throw error;
});
const startedAt = Date.now();
const { states, transitions, ends, executions, isComplete } = await explore(scope);
console.log(
  `${scope.lanes} lanes, ${scope.runs} runs, ${scope.crashes} crashes: ${states} states, ${transitions} transitions, ` +
    `${ends} ends, ${executions} branches, ${isComplete ? "complete" : "given up there"}, ` +
    `${((Date.now() - startedAt) / SECOND_MS).toFixed(1)} s`,
);
