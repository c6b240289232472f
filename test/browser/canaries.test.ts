/**
 * Goes through all that takes a secret (passwords, tokens, links, keys of providers, secrets that sign), and then looks for
 * any twelve characters of one, raw or encoded, in every byte that the product stored, wrote into its log, or answered.
 * What shows a secret to its owner once is named one by one.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import WebSocket from "ws";
import { findings, storedFiles } from "../support/canaries.ts";
import { Product } from "../support/product/server-process.ts";
import { chatProtocol } from "../support/providers/chat-completions.ts";
import { type ScriptedServer, startScriptedServer } from "../support/providers/scripted-server.ts";

let product: Product;
let upstream: ScriptedServer;

beforeAll(async () => {
  upstream = await startScriptedServer();
  const variables = {
    LOG_LEVEL: "debug",
    ...{ RUNYARD_PROVIDER_PRIVATE_HOSTS: "allow", RUNYARD_WEBHOOK_PRIVATE_RECEIVERS: "allow" },
  };
  product = await Product.start({ variables });
});

afterAll(async () => {
  await product?.stop();
  await upstream?.close();
});

/** What was answered, and to which request. */
const heard: { readonly to: string; readonly bytes: Buffer }[] = [];
const secrets = new Map<string, string>();

/** Random, so that no part of it is found by chance. */
const fresh = (prefix: string) => prefix + crypto.randomUUID().replaceAll("-", "");

/** @param shows the kind of a secret that this one answer is meant to show to who asks, which becomes a canary */
async function ask(path: string, init: RequestInit = {}, shows?: { kind: string; pattern: RegExp }): Promise<Response> {
  const answer = await fetch(product.url + path, { redirect: "manual", ...init });
  const text = await answer.clone().text();
  const to = `${init.method ?? "GET"} ${path.replace(/[0-9a-f]{32,}/g, "…")}`;
  let kept = `${[...answer.headers].filter(([name]) => name !== "set-cookie").map(String)}\n${text}`;
  if (shows) {
    const secret = shows.pattern.exec(text)?.[1];
    if (!secret) throw new Error(`${to} shows no ${shows.kind}: ${answer.status}`);
    secrets.set(shows.kind, secret);
    kept = kept.replaceAll(secret, "");
  }
  heard.push({ to, bytes: Buffer.from(kept) });
  return answer;
}

let cookie = "";

function form(path: string, fields: Record<string, string>, shows?: { kind: string; pattern: RegExp }) {
  const headers = { origin: product.url, cookie };
  return ask(path, { method: "POST", headers, body: new URLSearchParams(fields) }, shows);
}

function keepSession(answer: Response): void {
  cookie = /runyard_session=[^;]+/.exec(answer.headers.get("set-cookie") ?? "")![0];
  secrets.set(`session ${secrets.size}`, cookie.split("=")[1]!);
}

const made = (answer: Response, prefix: string) =>
  new RegExp(`${prefix}_[0-9a-f]{32}`).exec(answer.headers.get("location") ?? "")![0];

async function comeIn(): Promise<void> {
  const { signInUrl, apiToken } = product.credentials;
  secrets.set("sign-in link", signInUrl.split("/").at(-1)!);
  secrets.set("first token", apiToken);
  const person = { name: "Cara", email: "cara@example.com", password: fresh("pw-") };
  secrets.set("password", person.password);
  const wrong = fresh("wrong-");
  secrets.set("wrong password", wrong);
  await form("/signup", person);
  await form("/signup", { ...person, email: "not an address" });
  await form("/login", { ...person, password: wrong });
  keepSession(await form("/login", person));
  keepSession(await ask(new URL(signInUrl).pathname));
}

async function makeSecrets(): Promise<void> {
  await form(
    "/settings/tokens",
    { name: "ci", scopes: "runs:read", days: "7" },
    { kind: "token", pattern: /(ry_[0-9a-f]{40,})/ },
  );
  await form(
    "/settings/invitations",
    { email: "", role: "member" },
    { kind: "invitation", pattern: /\/invite\/([0-9a-f]{48})/ },
  );
  await ask("/runs", { headers: { authorization: `Bearer ${secrets.get("token")}` } });
  await ask(`/invite/${secrets.get("invitation")}`, {}, { kind: "invitation", pattern: /invitation=([0-9a-f]{48})/ });
  const hook = await form(
    "/settings/webhooks",
    { url: upstream.play({ body: "{}" }).baseUrl, description: "x", events: "run.succeeded" },
    { kind: "signing secret", pattern: /whsec_([\w+/=]{20,})/ },
  );
  const webhook = /ep_[0-9a-f]{32}/.exec(await hook.text())![0];
  await form(
    `/settings/webhooks/${webhook}/secrets`,
    {},
    { kind: "second signing secret", pattern: /whsec_([\w+/=]{20,})/ },
  );
  await form(`/settings/webhooks/${webhook}/tests`, {});
}

async function useKeys(): Promise<void> {
  const rejected = chatProtocol.failures.find(({ title }) => title === "401")!.script;
  const { baseUrl } = upstream.play({ body: chatProtocol.frames().join("") });
  const [key, rotated, refused] = [fresh("sk-"), fresh("sk-"), fresh("sk-")];
  for (const each of [key, rotated, refused]) secrets.set(`provider key ${secrets.size}`, each);
  const fields = { name: "main", provider: "openai-compatible", baseUrl: `${baseUrl}/v1`, model: "llama" };
  await form("/settings/keys/tests", { ...fields, baseUrl: `${upstream.play(rejected).baseUrl}/v1`, key: refused });
  const id = made(await form("/settings/keys", { ...fields, key }), "key");
  await form(`/settings/keys/${id}/rotations`, { key: rotated, overlapSeconds: "3600" });
  await form(`/settings/keys/${id}/tests`, {});
  await form("/playground/generations", { prompt: "add", language: "javascript" });
  for (const path of ["/settings/keys", `/settings/keys/${id}`, "/settings/audit", "/settings/audit/export.json"]) {
    await ask(path, { headers: { cookie } });
  }
}

/** A run whose program knows nothing of all that; its frames, its log and its page. */
async function runSomething(): Promise<void> {
  const headers = { authorization: `Bearer ${product.credentials.apiToken}`, "content-type": "application/json" };
  const code = "console.log(Object.keys(globalThis).join()); for (let i = 0; i < 50; i++) console.log(i)";
  const body = JSON.stringify({ language: "javascript", code });
  const { runId } = (await (await ask("/api/execute", { method: "POST", headers, body })).json()) as { runId: string };
  for (const path of [
    `/runs/${runId}`,
    "/runs",
    "/settings/tokens",
    "/settings/sessions",
    "/settings/members",
    "/settings/webhooks",
  ])
    await ask(path, { headers: { cookie } });
  await ask(`/api/runs/${runId}/log.txt`, { headers });
  const socket = new WebSocket(`${product.url.replace("http", "ws")}/api/runs/${runId}/stream`, {
    headers: { authorization: headers.authorization },
  });
  const frames: Buffer[] = [];
  socket.on("message", (data) => frames.push(data as Buffer));
  await new Promise((resolve, reject) => socket.on("close", resolve).on("error", reject));
  expect(frames.length).toBeGreaterThan(0);
  heard.push({ to: "the stream", bytes: Buffer.concat(frames) });
}

it("keeps no secret in anything that it stores, logs or answers", async () => {
  await comeIn();
  await makeSecrets();
  await useKeys();
  await runSomething();
  await form("/logout", {});
  // Once while what is written ahead is not in the databases yet, and once when it is.
  const [running, said] = [storedFiles(product.stateFolder), product.said];
  await product.halt();
  const stored = [...running, ...storedFiles(product.stateFolder)];
  expect(stored.some(({ name }) => name.endsWith("-wal"))).toBe(true);
  expect(stored.filter(({ name }) => name.endsWith(".sqlite")).length).toBeGreaterThan(5);
  expect(secrets.size).toBeGreaterThanOrEqual(13);
  const { signInUrl, apiToken } = product.credentials;
  const places = [
    ...stored,
    // The server tells its owner once, when it starts, how to come in.
    { name: "the log", bytes: Buffer.from(said.replace(signInUrl, "").replace(apiToken, "")) },
    ...heard.map(({ to, bytes }) => ({ name: to, bytes })),
  ];
  // That it would be found: a place with a secret in each of the ways.
  for (const [kind, secret] of secrets) {
    for (const encoding of ["latin1", "hex", "base64", "base64url"] as const) {
      const bytes = Buffer.from(`x${Buffer.from(`xx${secret}xx`).toString(encoding)}x`);
      expect(findings([{ name: encoding, bytes }], secrets), `${kind} as ${encoding}`).toContain(
        `${kind} in ${encoding}`,
      );
    }
  }
  expect(findings(places, secrets)).toEqual([]);
}, 240_000);
