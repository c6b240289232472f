import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Secret } from "../../../worker/domain/secret.ts";
import { textOf } from "../../../worker/egress/answer.ts";
import {
  createEgress,
  EgressError,
  type EgressRules,
  KEY_STAND_IN,
  type NetworkSend,
} from "../../../worker/egress/egress.ts";
import { isPlainlySpelled } from "../../../worker/egress/public-host.ts";

const CANARY = "sk-canary-0123456789";
const clock = { now: () => Date.now(), sleep: (ms: number) => sleep(ms, undefined, { ref: false }) };
const RULES: EgressRules = {
  origins: ["https://api.example.com"],
  allowsPrivate: false,
  answerBytes: 1_000,
  timeoutMs: 5_000,
};

/** A gateway in front of a network that keeps what reached it. */
function gateway(answer: NetworkSend = async () => new Response("ok"), hasGuard = false) {
  const seen: { url: string; init: RequestInit; by: "any" | "public" }[] = [];
  const network =
    (by: "any" | "public"): NetworkSend =>
    (url, init) => {
      seen.push({ url, init, by });
      return answer(url, init);
    };
  const egress = createEgress({ any: network("any"), public: hasGuard ? network("public") : null }, clock);
  return {
    seen,
    send: (url: string, rules: Partial<EgressRules> = {}, init: RequestInit = {}) =>
      egress({ ...RULES, ...rules })(url, init),
  };
}

async function failureOf(pending: Promise<unknown>): Promise<EgressError> {
  const error = await pending.then(
    () => null,
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(EgressError);
  return error as EgressError;
}

describe("the gateway to other hosts", () => {
  it.each([
    "https://api.example.com.evil.example/v1",
    "https://api.example.com./v1",
    "https://api.example.com:8443/v1",
    "http://api.example.com/v1",
    "https://API.example.com@evil.example/v1",
    "https://me:pw@api.example.com/v1",
    "https://sub.api.example.com/v1",
    "https://xn--pi-9ia.example.com/v1",
    "//api.example.com/v1",
    "api.example.com",
    "",
  ])("lets nothing go to %j, which is not on the list", async (url) => {
    const { send, seen } = gateway();
    expect((await failureOf(send(url))).code).toBe("not-allowed");
    expect(seen).toEqual([]);
  });

  it.each(["https://API.example.com/v1", "https://api.example.com:443/v1", "https:\\\\api.example.com\\v1"])(
    "knows an origin that is on the list, however it is written: %s",
    async (url) => {
      const { send, seen } = gateway();
      expect(await textOf(await send(url), 10)).toBe("ok");
      expect(seen[0]).toMatchObject({ url: "https://api.example.com/v1", init: { redirect: "manual" }, by: "any" });
    },
  );

  it.each(["https://127.0.0.1", "https://[::1]", "https://10.0.0.1", "https://db.internal", "http://api.example.com"])(
    "does not go to the private or unguarded %s, though it is on the list, unless its use allows that",
    async (origin) => {
      const { send, seen } = gateway();
      expect((await failureOf(send(origin, { origins: [origin] }))).code).toBe("not-allowed");
      expect(seen).toEqual([]);
      await send(origin, { origins: [origin], allowsPrivate: true });
      expect(seen).toHaveLength(1);
    },
  );

  it("takes the network that refuses private addresses where there is one", async () => {
    const { send, seen } = gateway(undefined, true);
    await send("https://api.example.com/");
    await send("https://api.example.com/", { allowsPrivate: true });
    expect(seen.map(({ by }) => by)).toEqual(["public", "any"]);
  });

  it("hands a redirect back, and follows none", async () => {
    const { send, seen } = gateway(async () => Response.redirect("https://evil.example/", 307));
    expect((await send("https://api.example.com/", {}, { redirect: "follow" })).status).toBe(307);
    expect(seen).toHaveLength(1);
    expect(seen[0]?.init.redirect).toBe("manual");
  });

  it("puts the key where its stand-in is, opened for each request and not before", async () => {
    let opened = 0;
    const key = async () => new Secret(`${CANARY}-${++opened}`);
    const { send, seen } = gateway();
    await send("https://api.example.com/", { key }, { headers: { accept: "text/plain" } });
    expect(opened).toBe(0);
    const headers = { authorization: `Bearer ${KEY_STAND_IN}`, "x-api-key": KEY_STAND_IN };
    await send("https://api.example.com/", { key }, { headers, body: KEY_STAND_IN, method: "POST" });
    expect(seen[1]!.init.headers).toEqual({
      authorization: `Bearer ${CANARY}-1`,
      "x-api-key": `${CANARY}-1`,
    });
    expect(seen[1]!.init.body).toBe(KEY_STAND_IN);
    await failureOf(send("https://evil.example/", { key }, { headers }));
    expect(opened).toBe(1);
  });

  it.each([
    ["cannot be opened", () => Promise.reject(new Error(CANARY))],
    ["no header can hold", async () => new Secret(`${CANARY}\nx: y`)],
  ])("says that a key which %s is to be saved anew, and nothing of it", async (_, key) => {
    const { send, seen } = gateway();
    const failure = await failureOf(
      send("https://api.example.com/", { key }, { headers: { "x-api-key": KEY_STAND_IN } }),
    );
    expect(failure.code).toBe("key-unreadable");
    expect(`${failure.stack} ${JSON.stringify(failure)} ${String(failure.cause)}`).not.toContain("canary");
    expect(seen).toEqual([]);
  });

  it("ends an answer that is too large", async () => {
    const pieces = (sizes: number[]) => async () =>
      new Response(
        new ReadableStream({
          pull: (out) => {
            const size = sizes.shift();
            return size === undefined ? out.close() : out.enqueue(new Uint8Array(size));
          },
        }),
      );
    const fits = await gateway(pieces([400, 600])).send("https://api.example.com/");
    expect((await textOf(fits, 2_000)).length).toBe(1_000);
    const exceeds = await gateway(pieces([400, 601, 9_999])).send("https://api.example.com/");
    expect((await failureOf(textOf(exceeds, 2_000))).code).toBe("too-large");
  });

  it("ends a request that takes too long, before its answer or within, though the network heeds no signal", async () => {
    const silent = gateway(() => new Promise(() => {}));
    expect((await failureOf(silent.send("https://api.example.com/", { timeoutMs: 20 }))).code).toBe("too-late");
    const stuck = gateway(async () => new Response(new ReadableStream({ pull: () => new Promise(() => {}) })));
    const answer = await stuck.send("https://api.example.com/", { timeoutMs: 20 });
    expect((await failureOf(textOf(answer, 10))).code).toBe("too-late");
  });

  it("ends when its caller does", async () => {
    const stop = new AbortController();
    const silent = gateway(() => new Promise(() => {}));
    const pending = silent.send("https://api.example.com/", {}, { signal: stop.signal });
    stop.abort(new Error("enough"));
    await expect(pending).rejects.toThrow("enough");
  });
});

describe("isPlainlySpelled", () => {
  it.each([
    "https://api.example.com/v1",
    "https://API.Example.com:8443",
    "http://127.0.0.1:11434/v1",
    "https://[::1]/",
  ])("takes %s", (text) => expect(isPlainlySpelled(text, new URL(text))).toBe(true));

  it.each([
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://example.com./",
    "https://ex%61mple.com/",
    "https://ｅxample.com/",
    "https://exämple.com/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https:example.com",
    "https:\\\\example.com\\",
  ])("does not take %s", (text) => expect(isPlainlySpelled(text, new URL(text))).toBe(false));
});
