import { env as bindings } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Env } from "../../durable-objects/env.ts";
import { CHUNK_BYTES } from "../../durable-objects/run-executor/event-chunks.ts";
import { WINDOW_BYTES } from "../../durable-objects/run-executor/send-window.ts";
import { RECHECK_MS } from "../../durable-objects/run-executor/sockets.ts";
import { acceptedAnswerSchema } from "../../worker/domain/run-schema.ts";
import { BY_THE_CLOCK } from "../sandbox/harness.ts";
import {
  api,
  browse,
  createPerson,
  createTenant,
  freshDatabase,
  ORIGIN,
  request,
  type Tenant,
} from "../support/workerd.ts";

const { DB } = bindings as unknown as Env;
/** Twice as many as a window holds; `npm run bench:log` has 50,000. */
const LINES = 20_000;
/** From a revocation to the end of the socket that it concerns. */
const REVOKED_WITHIN_MS = 5_000;
const FOREVER = "for (;;) { console.log('tick'); await new Promise((resolve) => setTimeout(resolve, 20)); }";

let ana: Tenant;

beforeEach(async () => {
  await freshDatabase();
  ana = await createTenant("ana");
});

async function start(code: string, rest: object = {}): Promise<string> {
  const body = { language: "javascript", code, limits: { outputBytes: 8 * 2 ** 20, timeoutMs: 60_000 }, ...rest };
  const answer = await api(ana, "/api/execute", body, { prefer: "respond-async" });
  return acceptedAnswerSchema.parse(await answer.json()).runId;
}

const WITH_TOKEN = () => ({ authorization: `Bearer ${ana.token}` });
const WITH_SESSION = () => ({ cookie: `runyard_session=${ana.session}`, origin: ORIGIN });

interface SeenEvent {
  readonly seq: number;
  readonly text?: string;
  readonly stream?: string;
}

/** A client that notes what it gets. `acknowledges`: at once, never, or when it is told. */
class Watch {
  readonly events: SeenEvent[] = [];
  readonly frameBytes: number[] = [];
  end: { seq: number; state: string } | null = null;
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket, acknowledges: boolean) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      const frame = JSON.parse(data as string);
      if (frame.type === "end") this.end = frame;
      else {
        this.frameBytes.push((data as string).length);
        for (const event of frame.events) this.events.push(event);
        if (acknowledges) this.acknowledge();
      }
    });
    this.closed = new Promise((resolve) => {
      socket.addEventListener("close", ({ code, reason }) => resolve({ code, reason }));
    });
    socket.accept();
  }

  static async open(runId: string, headers: Record<string, string>, acknowledges = true, after = 0): Promise<Watch> {
    const answer = await request(`/api/runs/${runId}/stream?after=${after}`, {
      headers: { upgrade: "websocket", ...headers },
    });
    if (!answer.webSocket) throw new Error(`no socket: ${answer.status} ${await answer.text()}`);
    return new Watch(answer.webSocket, acknowledges);
  }

  acknowledge(seq = this.events.at(-1)?.seq ?? 0): void {
    this.say(JSON.stringify({ ack: seq }));
  }

  say(text: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  leave(): void {
    this.#socket.close(1000);
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await pause(10);
  }

  expectGapless(after = 0): void {
    expect(this.events.findIndex((event, index) => event.seq !== after + 1 + index)).toBe(-1);
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const ended = async (runId: string) => {
  const watch = await Watch.open(runId, WITH_TOKEN());
  await watch.closed;
  return watch;
};

describe("a client far behind", () => {
  const code = `for (let i = 1; i <= ${LINES}; i++) console.log("line " + i);`;

  it("gets a window at a time and goes on when it acknowledges; one that never does gets all of this run, too", async () => {
    const runId = await start(code);
    const whole = await ended(runId);
    expect(whole.events.length).toBeGreaterThan(LINES);
    const silent = await Watch.open(runId, WITH_TOKEN(), false);
    const watch = await Watch.open(runId, WITH_TOKEN(), false);
    await watch.until(() => watch.events.length > 0);
    watch.acknowledge(1);
    await pause(600);
    const sent = watch.frameBytes.reduce((sum, bytes) => sum + bytes, 0);
    expect(sent).toBeLessThan(WINDOW_BYTES + CHUNK_BYTES);
    expect(watch.events.length).toBeLessThan(LINES);
    while (watch.end === null) {
      watch.acknowledge();
      await pause(5);
    }
    expect((await silent.closed).code).toBe(1000);
    for (const each of [watch, silent]) {
      each.expectGapless();
      expect(each.events.length).toBe(whole.events.length);
      expect(each.end).toMatchObject({ seq: whole.events.length, state: "succeeded" });
    }
    expect(watch.events).toEqual(whole.events);
  });

  it("catches up while live lines go on, and misses and doubles nothing", async () => {
    const runId = await start(`${code} for (let i = 0; i < 100; i++) {
      console.log("live " + i); await new Promise((resolve) => setTimeout(resolve, 10)); }`);
    const first = await Watch.open(runId, WITH_TOKEN());
    await first.until(() => first.events.some((event) => event.text === "live 0\n"));
    const second = await Watch.open(runId, WITH_TOKEN());
    await Promise.all([first.closed, second.closed]);
    for (const watch of [first, second]) watch.expectGapless();
    expect(second.events).toEqual(first.events);
    expect(Math.max(...second.frameBytes)).toBeLessThan(CHUNK_BYTES + 100);
  });
});

describe("a run that reaches its output limit", () => {
  it("says in its log how much is missing, and not in its output", async () => {
    const body = { language: "javascript", code: 'console.log("x".repeat(3000))', limits: { outputBytes: 1_024 } };
    const answer = (await (await api(ana, "/api/execute", body)).json()) as { runId: string; stdout: string };
    expect(answer).toMatchObject({ limitReached: "output", stdout: "x".repeat(1_024) });
    const { events } = await ended(answer.runId);
    const mark = "The output limit of 1,024 bytes is reached. Dropped here: 1,977 bytes in 1 line.\n";
    expect(events.filter((event) => event.text !== undefined).at(-1)).toMatchObject({ stream: "system", text: mark });
    expect(await (await api(ana, `/api/runs/${answer.runId}/log.txt`)).text()).toContain(mark);
    expect(await (await api(ana, `/api/runs/${answer.runId}/replay`, {})).json()).toMatchObject({ identical: true });
  });
});

describe("the rows of a run", () => {
  it("stay far below the limit of a row, whatever its texts are made of, and come back as they were", async () => {
    const body = {
      language: "javascript",
      code: `const unit = "\\u0000\\ud800漢😀"; console.log(unit.repeat(60_000)); console.error(unit.repeat(60_000));
        export default unit.repeat(30_000); // ${"漢".repeat(60_000)}`,
      stdin: "\u0000漢😀".repeat(60_000),
      limits: { outputBytes: 8 * 2 ** 20, memoryBytes: 96 * 2 ** 20 },
    };
    const answer = (await (await api(ana, "/api/execute", body)).json()) as { runId: string; stdout: string };
    expect(answer).toMatchObject({ success: true });
    for (const [table, column] of [
      ["run_output", "events"],
      ["run_files", "text"],
      ["run_inputs", "stdin"],
      ["runs", "result"],
    ]) {
      const row = await DB.prepare(`SELECT max(length(CAST(${column} AS BLOB))) AS bytes FROM ${table}`).first<{
        bytes: number;
      }>();
      expect(row!.bytes, `${table}.${column}`).toBeGreaterThan(100_000);
      expect(row!.bytes, `${table}.${column}`).toBeLessThan(table === "run_output" ? CHUNK_BYTES + 1 : 1_000_000);
    }
    const { events } = await ended(answer.runId);
    const written = events.filter((event) => event.stream === "stdout").map((event) => event.text);
    expect(written.join("") === answer.stdout).toBe(true);
  });
});

describe("a client that sends something else than an acknowledgement", () => {
  it.each(["", "{", "null", '{"ack":-1}', '{"ack":"1"}', '{"ack":1e300}', `{"ack":${"1".repeat(200)}}`])(
    "is not troubled by %j",
    async (text) => {
      const runId = await start(FOREVER);
      const watch = await Watch.open(runId, WITH_TOKEN());
      watch.say(text);
      const before = watch.events.length;
      await watch.until(() => watch.events.length > before + 3);
      watch.expectGapless();
      watch.leave();
      await api(ana, `/api/runs/${runId}/cancel`, {});
    },
  );
});

describe("a client whose credential has ended", () => {
  /** People and tokens of one workspace, each with the way in which it loses its access; the colleague keeps it. */
  async function audience() {
    await createTenant("bo");
    for (const name of ["leaves", "expires", "idles", "moves", "ends", "colleague"]) {
      await createPerson(name, { workspaceId: ana.workspaceId, role: "viewer" });
    }
    const session = (name: string) => ({ cookie: `runyard_session=session-${name}`, origin: ORIGIN });
    const ends = { authorization: "Bearer ry_ends" };
    return {
      going: [session("leaves"), session("expires"), session("idles"), session("moves"), ends, WITH_TOKEN()],
      staying: session("colleague"),
    };
  }

  async function revokeAll(): Promise<void> {
    const signedOut = await browse({ ...ana, session: "session-leaves" }, "/logout", {});
    expect(signedOut.status).toBe(303);
    await DB.batch([
      DB.prepare("UPDATE sessions SET expires_at = ? WHERE user_id = 'usr_expires'").bind(Date.now() + 300),
      DB.prepare("UPDATE sessions SET created_at = 0, last_seen_at = 1 WHERE user_id = 'usr_idles'"),
      DB.prepare("UPDATE memberships SET workspace_id = 'ws_bo' WHERE user_id = 'usr_moves'"),
      DB.prepare("UPDATE api_tokens SET expires_at = ? WHERE user_id = 'usr_ends'").bind(Date.now() + 300),
      DB.prepare("DELETE FROM api_tokens WHERE user_id = ?").bind(ana.userId),
    ]);
  }

  async function expectRevokedOnly(runId: string): Promise<Watch> {
    const { going, staying } = await audience();
    const stays = await Watch.open(runId, staying);
    const goes = await Promise.all(going.map((headers) => Watch.open(runId, headers)));
    await Promise.all(goes.map((watch) => watch.until(() => watch.events.length > 0)));
    await revokeAll();
    const revokedAt = Date.now();
    for (const watch of goes) {
      expect(await watch.closed).toMatchObject({ code: 1008, reason: expect.stringContaining("no longer valid") });
      watch.expectGapless();
    }
    expect(Date.now() - revokedAt).toBeLessThan(REVOKED_WITHIN_MS);
    return stays;
  }

  it("is closed within 5 s while the run runs, and nobody else is", BY_THE_CLOCK, async () => {
    const stays = await expectRevokedOnly(await start(FOREVER));
    const seen = stays.events.length;
    await stays.until(() => stays.events.length > seen + 3);
    stays.expectGapless();
    stays.leave();
  });

  it(
    "is closed within 5 s while the run waits and its sockets hibernate, and nobody else is",
    BY_THE_CLOCK,
    async () => {
      const lane = "repository:web";
      const first = await start(FOREVER, { lane });
      const runId = await start("console.log('mine'); await new Promise((resolve) => setTimeout(resolve, 200));", {
        lane,
      });
      const bo = await Watch.open(first, WITH_SESSION());
      const stays = await expectRevokedOnly(runId);
      // The lookups go on: they find the colleague standing, who sees the run to its end.
      await pause(RECHECK_MS + 500);
      await browse(ana, `/runs/${first}/cancellation`, {});
      expect((await stays.closed).code).toBe(1000);
      stays.expectGapless();
      expect(stays.events.some((event) => event.text === "mine\n")).toBe(true);
      expect((await bo.closed).code).toBe(1000);
    },
  );

  it("is refused two seconds after the end of its token, also where it asks all the time, and the page says so", async () => {
    const machine = await createPerson("machine", { workspaceId: ana.workspaceId });
    const ran = await api(machine, "/api/execute", { language: "javascript", code: "1" });
    const { runId } = (await ran.json()) as { runId: string };
    const asked = {
      models: () => api(machine, "/v1/models"),
      stream: async () => {
        const answer = await api(machine, `/api/runs/${runId}/stream?after=0`, undefined, { upgrade: "websocket" });
        answer.webSocket?.accept();
        answer.webSocket?.close();
        return answer;
      },
    };
    expect([(await asked.models()).status, (await asked.stream()).status]).toEqual([200, 101]);
    const endsAt = Date.now() + 500;
    await DB.prepare("UPDATE api_tokens SET expires_at = ? WHERE user_id = 'usr_machine'").bind(endsAt).run();
    /** When the last request began that was answered. */
    const lastAnswered = async (ask: () => Promise<Response>) => {
      for (let last = 0; ; ) {
        const beganAt = Date.now();
        const { status } = await ask();
        if (status === 401) return last;
        last = beganAt;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    for (const last of await Promise.all(Object.values(asked).map(lastAnswered))) {
      expect(last).toBeGreaterThan(endsAt - 500);
      expect(last).toBeLessThanOrEqual(endsAt + 2_000);
    }
    expect(await (await browse(ana, "/settings/tokens")).text()).toContain("Ended");
  });
});
