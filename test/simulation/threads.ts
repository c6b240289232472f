/** Work on all cores: each thread takes the next task when it is done with its last one. */
import { Worker } from "node:worker_threads";

export interface ThreadWork<Task, Answer> {
  /** What each thread runs: it answers each message with one. */
  readonly script: string;
  readonly threads: number;
  readonly tasks: readonly Task[];
  /** Answers whether to go on. */
  onAnswer(answer: Answer): boolean;
}

export async function inThreads<Task, Answer>(work: ThreadWork<Task, Answer>): Promise<void> {
  const tasks = [...work.tasks];
  let goesOn = true;
  const one = async (): Promise<void> => {
    const worker = new Worker(new URL(work.script));
    let taken: (answer: Answer) => void = () => {};
    worker.on("message", (answer: Answer) => taken(answer));
    const failed = new Promise<never>((_, reject) => worker.on("error", reject));
    for (let task = tasks.shift(); task !== undefined && goesOn; task = tasks.shift()) {
      const answered = new Promise<Answer>((resolve) => {
        taken = resolve;
      });
      worker.postMessage(task);
      goesOn = work.onAnswer(await Promise.race([answered, failed])) && goesOn;
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: Math.min(work.threads, work.tasks.length) }, one));
}
