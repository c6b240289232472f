/**
 * `npm run rebuild -- URL [CURSOR]`: has a workspace's runs written into D1 anew, page by page. Prints how far it is and
 * where to go on; repeating it does no harm. The token comes in RUNYARD_TOKEN: arguments are seen by everybody.
 */
/** What the server says of a page. */
interface Page {
  readonly lane: string | null;
  readonly lanesDone: number;
  readonly laneCount: number;
  readonly rebuilt: number;
  readonly absent: number;
  readonly failed: readonly string[];
  readonly nextCursor: string | null;
}

/** A page that could not be had is asked for again so often, each time a little later. */
const ATTEMPTS_MAX = 5;
const PAUSE_MS = 500;

async function askOnce(url: string, token: string, cursor: string | null): Promise<Page> {
  const answer = await fetch(new URL("/api/rebuild", url), {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(cursor === null ? {} : { cursor }),
  });
  if (answer.ok) return (await answer.json()) as Page;
  const { detail = answer.statusText } = (await answer.json().catch(() => ({}))) as { detail?: string };
  throw Object.assign(new Error(`${answer.status}: ${detail}`), {
    isFinal: answer.status < 500 && answer.status !== 429,
  });
}

async function ask(url: string, token: string, cursor: string | null): Promise<Page> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await askOnce(url, token, cursor);
    } catch (error) {
      if (attempt === ATTEMPTS_MAX || (error as { isFinal?: boolean }).isFinal) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * attempt));
    }
  }
}

async function main(): Promise<void> {
  const [url, from] = process.argv.slice(2);
  const token = process.env["RUNYARD_TOKEN"];
  if (!url || !URL.canParse(url) || !token) {
    throw new Error(
      "Say as whom and which server: RUNYARD_TOKEN=… npm run rebuild -- http://127.0.0.1:8787 [CURSOR]. " +
        "The token of npm start is the apiToken in credentials.json of its state folder.",
    );
  }
  const sum = { rebuilt: 0, absent: 0 };
  const failed: string[] = [];
  let cursor: string | null = from ?? null;
  for (;;) {
    let page: Page;
    try {
      page = await ask(url, token, cursor);
    } catch (error) {
      const where = cursor === null ? "" : ` Go on with the cursor ${cursor}.`;
      throw new Error(`Stopped after ${sum.rebuilt} runs: ${error instanceof Error ? error.message : error}.${where}`);
    }
    sum.rebuilt += page.rebuilt;
    sum.absent += page.absent;
    failed.push(...page.failed);
    cursor = page.nextCursor;
    const goOn = cursor === null ? "" : `  next ${cursor}`;
    console.log(`${page.lanesDone} of ${page.laneCount} lanes, ${sum.rebuilt} runs  ${page.lane ?? ""}${goOn}`);
    if (cursor === null) break;
  }
  console.log(`Done: ${sum.rebuilt} runs written, ${sum.absent} had never been accepted, ${failed.length} failed.`);
  if (failed.length > 0)
    throw new Error(`These could not be written now and try again by themselves:\n${failed.join("\n")}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
