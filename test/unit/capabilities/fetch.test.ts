import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createFetch } from "../../../worker/capabilities/fetch.ts";
import { type CapabilityContext, CapabilityError } from "../../../worker/domain/capability.ts";

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

async function serve(handlers: Record<string, Handler>, seen: string[]): Promise<{ server: Server; origin: string }> {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    seen.push(`${request.method} ${request.url}`);
    (handlers[request.url ?? ""] ?? (() => response.writeHead(404).end()))(request, response, body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const seen: string[] = [];
const seenElsewhere: string[] = [];
let granted: Awaited<ReturnType<typeof serve>>;
let foreign: Awaited<ReturnType<typeof serve>>;

const redirect =
  (status: number, to: () => string): Handler =>
  (_request, response) =>
    response.writeHead(status, { location: to() }).end("moved");

beforeAll(async () => {
  foreign = await serve({ "/": (_request, response) => response.end("foreign") }, seenElsewhere);
  granted = await serve(
    {
      "/echo": (request, response, body) => {
        response.writeHead(201, { "content-type": "application/json", "x-method": request.method ?? "" });
        response.end(
          JSON.stringify({ body, type: request.headers["content-type"], custom: request.headers["x-custom"] }),
        );
      },
      "/bytes": (_request, response) => response.end(Buffer.from([0, 255, 128])),
      "/big": (_request, response) => response.end("x".repeat(3 * 2 ** 20)),
      "/silent": () => {},
      "/cut": (_request, response) => {
        response.writeHead(200, { "content-length": "100" });
        response.write("half");
        setTimeout(() => response.destroy(), 10);
      },
      "/home": redirect(302, () => "/echo"),
      "/keep": redirect(307, () => "/echo"),
      "/away": redirect(302, () => `${foreign.origin}/`),
      "/round": redirect(302, () => "/round"),
    },
    seen,
  );
});

afterAll(() => {
  for (const { server } of [granted, foreign]) {
    server.closeAllConnections();
    server.close();
  }
});

beforeEach(() => {
  seen.length = 0;
  seenElsewhere.length = 0;
});

const base = { method: "GET", headers: [], body: null };
const context: CapabilityContext = {
  signal: new AbortController().signal,
  received: () => undefined,
  call: 0,
  line: null,
};
const ask = (input: object, different: Partial<CapabilityContext> = {}) =>
  createFetch([granted.origin], (url, init) => fetch(url, init)).call(
    { ...base, ...input },
    { ...context, ...different },
  ) as Promise<{
    status: number;
    url: string;
    redirected: boolean;
    headers: [string, string][];
    body: string;
  }>;
const text = ({ body }: { body: string }) => Buffer.from(body, "base64").toString();

describe("the capability fetch", () => {
  it("sends method, headers and body, and brings back status, headers and body", async () => {
    const answer = await ask({
      url: `${granted.origin}/echo`,
      method: "POST",
      headers: [
        ["content-type", "text/csv"],
        ["x-custom", "1"],
      ],
      body: Buffer.from("a,b").toString("base64"),
    });
    expect(answer.status).toBe(201);
    expect(JSON.parse(text(answer))).toEqual({ body: "a,b", type: "text/csv", custom: "1" });
    expect(answer.headers).toContainEqual(["x-method", "POST"]);
  });

  it("keeps bytes as they are", async () => {
    const { body } = await ask({ url: `${granted.origin}/bytes` });
    expect([...Buffer.from(body, "base64")]).toEqual([0, 255, 128]);
  });

  it("follows redirects within what is granted: a POST becomes a GET, unless it is to be repeated", async () => {
    const body = Buffer.from("x").toString("base64");
    const moved = await ask({ url: `${granted.origin}/home`, method: "POST", body });
    expect(moved).toMatchObject({ redirected: true, url: `${granted.origin}/echo` });
    const kept = await ask({ url: `${granted.origin}/keep`, method: "POST", body });
    expect(JSON.parse(text(kept)).body).toBe("x");
    expect(seen).toEqual(["POST /home", "GET /echo", "POST /keep", "POST /echo"]);
  });

  it("does not follow a redirect to where it may not go", async () => {
    await expect(ask({ url: `${granted.origin}/away` })).rejects.toThrow(`${foreign.origin} is not granted`);
    expect(seenElsewhere).toEqual([]);
  });

  it.each([
    ["another origin", () => `${foreign.origin}/`, "is not granted"],
    ["another port", () => granted.origin.replace(/\d+$/, "1"), "is not granted"],
    ["another scheme", () => granted.origin.replace("http", "https"), "is not granted"],
    ["another name of the same host", () => granted.origin.replace("127.0.0.1", "localhost"), "is not granted"],
    ["a user before the host", () => granted.origin.replace("//", `//${granted.origin.slice(7)}@`), "password"],
    ["no URL", () => "/echo", "is not a URL"],
    ["data", () => "data:text/plain,x", "is not granted"],
    ["a redirect without an end", () => `${granted.origin}/round`, "more than 5 redirects"],
    ["a body that is too large", () => `${granted.origin}/big`, "larger than"],
  ])("refuses %s", async (_name, url, message) => {
    await expect(ask({ url: url() })).rejects.toThrow(message);
    expect(seenElsewhere).toEqual([]);
  });

  it.each(["Host", "content-length", "CF-Connecting-IP", "x-forwarded-for"])("refuses the header %s", async (name) => {
    await expect(ask({ url: `${granted.origin}/echo`, headers: [[name, "1"]] })).rejects.toThrow("cannot be set");
    expect(seen).toEqual([]);
  });

  it("is given up with its signal", async () => {
    const controller = new AbortController();
    const asked = ask({ url: `${granted.origin}/silent` }, { signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await expect(asked).rejects.toThrow("given up");
  });

  it("tells of what comes in, and stops where there is no room for it", async () => {
    const url = `${granted.origin}/echo`;
    const parts: number[] = [];
    const { body } = await ask({ url }, { received: (bytes) => void parts.push(bytes) });
    expect(parts.reduce((sum, bytes) => sum + bytes, 0)).toBe(Buffer.from(body, "base64").length);
    const received = () => {
      throw new CapabilityError("RangeError", "no room");
    };
    await expect(ask({ url }, { received })).rejects.toThrow("no room");
  });

  it("says of a host that is away no more than its origin", async () => {
    const away = "http://127.0.0.1:9";
    const capability = createFetch([away], (url, init) => fetch(url, init));
    await expect(capability.call({ ...base, url: away }, context)).rejects.toThrow(`${away} cannot be reached`);
  });

  it("fails where the answer is cut", async () => {
    await expect(ask({ url: `${granted.origin}/cut` })).rejects.toThrow();
  });
});
