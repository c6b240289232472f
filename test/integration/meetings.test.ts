import { beforeEach, describe, expect, it } from "vitest";
import {
  type MeetingDetail,
  meetingAddedSchema,
  meetingDetailSchema,
  meetingListSchema,
} from "../../worker/domain/meeting.ts";
import { SAMPLE_MEETINGS } from "../../worker/domain/sample-meetings.ts";
import {
  api,
  browse,
  createTenant,
  env,
  freshDatabase,
  ORIGIN,
  problemOf,
  request,
  type Tenant,
} from "../support/workerd.ts";

let ana: Tenant;

beforeEach(async () => {
  await freshDatabase();
  ana = await createTenant("ana");
});

const TRANSCRIPT = "[00:00:04] Dana Ruiz: PAY-12 is done.\n[00:01:09] Bob: And PAY-13 is <b>blocked</b>.";

async function add(body: object, tenant = ana, status = 201) {
  const answer = await api(tenant, "/api/meetings", body);
  expect(answer.status, await answer.clone().text()).toBe(status);
  return meetingAddedSchema.parse(await answer.json());
}

async function read(id: string, tenant = ana): Promise<MeetingDetail> {
  return meetingDetailSchema.parse(await (await api(tenant, `/api/meetings/${id}`)).json());
}

/** Sends a form with a file, as a browser or a machine does. */
function upload(
  path: string,
  name: string,
  bytes: string | Uint8Array<ArrayBuffer>,
  fields: Record<string, string>,
  headers: Record<string, string>,
) {
  const form = new FormData();
  form.set("file", new File([bytes], name));
  for (const [field, value] of Object.entries(fields)) form.set(field, value);
  return request(path, { method: "POST", body: form, headers: { origin: ORIGIN, ...headers } });
}

const asToken = () => ({ authorization: `Bearer ${ana.token}` });
const asPerson = () => ({ cookie: `runyard_session=${ana.session}`, accept: "text/html" });

describe("POST /api/meetings", () => {
  it("keeps a meeting with its speakers and times, once for each transcript", async () => {
    const added = await add({ title: "Weekly", transcript: TRANSCRIPT, heldAt: "2026-11-20" });
    expect(added).toMatchObject({
      ...{ title: "Weekly", heldAt: "2026-11-20T00:00:00.000Z", format: "txt", utterances: 2, words: 7 },
      ...{ durationMs: 69_000, speakers: ["Dana Ruiz", "Bob"], state: "new", isNew: true },
    });
    const { transcript, ...meeting } = await read(added.id);
    expect({ ...meeting, isNew: true }).toEqual(added);
    expect(transcript).toEqual([
      { index: 0, speaker: "Dana Ruiz", startMs: 4000, endMs: null, text: "PAY-12 is done." },
      { index: 1, speaker: "Bob", startMs: 69_000, endMs: null, text: "And PAY-13 is <b>blocked</b>." },
    ]);
    // Other white space, another title: the same was said.
    const again = await add({ title: "Other", transcript: `\n${TRANSCRIPT.replace("\n", "\r\n\r\n")}` }, ana, 200);
    expect(again).toEqual({ ...added, isNew: false });
    const both = await Promise.all([1, 2].map(() => api(ana, "/api/meetings", { transcript: "Dana: At once." })));
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 201]);
    const answers = await Promise.all(both.map(async (answer) => meetingAddedSchema.parse(await answer.json())));
    expect(answers[0]!.id).toBe(answers[1]!.id);
    // Another workspace has its own.
    const bo = await createTenant("bo");
    expect((await add({ transcript: TRANSCRIPT }, bo)).title).toBe("Meeting with Dana Ruiz, Bob");
    expect((await problemOf(await api(bo, `/api/meetings/${added.id}`))).code).toBe("not-found");
  });

  it("takes a file, and its name for a title", async () => {
    const vtt = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Dana>One</v>\n";
    const answer = await upload(
      "/api/meetings",
      "team_weekly.vtt",
      vtt,
      { heldAt: "2026-11-20T10:00:00+01:00" },
      asToken(),
    );
    expect(answer.status, await answer.clone().text()).toBe(201);
    const added = meetingAddedSchema.parse(await answer.json());
    expect(answer.headers.get("location")).toBe(`/api/meetings/${added.id}`);
    expect(added).toMatchObject({ title: "team weekly", heldAt: "2026-11-20T09:00:00.000Z", format: "vtt" });
  });

  it("says what is wrong and where, and keeps nothing", async () => {
    const broken = "WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n\nlost\n";
    const cases: readonly [sent: Promise<Response>, code: string, detail: RegExp][] = [
      [
        api(ana, "/api/meetings", { transcript: broken, format: "vtt" }),
        "unreadable-transcript",
        /^Line 6: “lost” has no times/,
      ],
      [api(ana, "/api/meetings", { transcript: " \n" }), "unreadable-transcript", /Nobody says anything/],
      [api(ana, "/api/meetings", { transcript: "x", format: "docx" }), "unreadable-transcript", /no Word document/],
      [
        api(ana, "/api/meetings", { transcript: "x", format: "pdf" }),
        "invalid-request",
        /format: must be one of txt, vtt/,
      ],
      [api(ana, "/api/meetings", { transcript: "x", heldAt: "soon" }), "invalid-request", /heldAt: must be a day/],
      [api(ana, "/api/meetings", { transcript: "x".repeat(9 * 2 ** 20) }), "payload-too-large", /larger than 8 MiB/],
      [api(ana, "/api/meetings", {}), "invalid-request", /transcript: must be the transcript's text/],
      [
        upload("/api/meetings", "notes.docx", "%PDF-1.7", {}, asToken()),
        "unreadable-transcript",
        /a PDF, though it is said to be \.docx/,
      ],
      [
        upload("/api/meetings", "a.txt", new Uint8Array([1, 0, 255]), {}, asToken()),
        "unreadable-transcript",
        /no text in UTF-8/,
      ],
      [upload("/api/meetings", "a.txt", "Dana: x", { nonsense: "1" }, asToken()), "invalid-request", /nonsense/],
      [upload("/api/meetings", "a.txt", new Uint8Array(50_000_000), {}, asToken()), "payload-too-large", /at most/],
    ];
    for (const [sent, code, detail] of cases) {
      const problem = await problemOf(await sent);
      expect([problem.code, problem.detail]).toEqual([code, expect.stringMatching(detail)]);
    }
    const counted = "SELECT (SELECT count(*) FROM meetings) + (SELECT count(*) FROM meeting_utterances) AS rows";
    expect(await env.DB.prepare(counted).first()).toEqual({ rows: 0 });
  });

  it("keeps a day of speech in parts, and gives it back whole", async () => {
    const spoken = Array.from(
      { length: 12_000 },
      (_, index) => `${index % 2 ? "Dana" : "Bob"}: Sentence number ${index} "is" here.`,
    );
    const { id } = await add({ transcript: spoken.join("\n") });
    const parts = await env.DB.prepare(
      "SELECT max(length(utterances)) AS chars, count(*) AS parts FROM meeting_utterances",
    ).first();
    expect(parts).toMatchObject({ parts: expect.any(Number) });
    expect(parts!["chars"] as number).toBeLessThanOrEqual(300_000);
    expect(parts!["parts"] as number).toBeGreaterThan(1);
    const { transcript } = await read(id);
    expect(transcript.map(({ index }) => index)).toEqual([...spoken.keys()]);
    expect(transcript.at(-1)!.text).toBe('Sentence number 11999 "is" here.');
  });
});

describe("GET /api/meetings", () => {
  it("lists the newest first, by pages and filters", async () => {
    const titles = ["Alpha", "Beta 100 %", "Gamma"];
    for (const title of titles) await add({ title, transcript: `${title.split(" ")[0]} Person: Hello from ${title}.` });
    const list = async (query: string) =>
      meetingListSchema.parse(await (await api(ana, `/api/meetings?${query}`)).json());
    const first = await list("limit=2");
    expect(first.meetings.map(({ title }) => title)).toEqual(["Gamma", "Beta 100 %"]);
    const second = await list(`limit=2&cursor=${first.nextCursor}`);
    expect([second.meetings.map(({ title }) => title), second.nextCursor]).toEqual([["Alpha"], null]);
    const found = async (query: string) => (await list(query)).meetings.map(({ title }) => title);
    expect(await found("q=100 %25")).toEqual(["Beta 100 %"]);
    expect(await found("q=gamma pers")).toEqual(["Gamma"]);
    expect(await found("state=processed")).toEqual([]);
    expect(await found("from=2099-01-01")).toEqual([]);
    expect(await found("to=2099-01-01")).toHaveLength(3);
    expect((await problemOf(await api(ana, "/api/meetings?cursor=x"))).code).toBe("bad-cursor");
    expect((await problemOf(await api(ana, "/api/meetings?state=odd"))).code).toBe("invalid-request");
  });
});

describe("DELETE /api/meetings/:id", () => {
  it("takes the transcript along, and the same may be added again", async () => {
    const { id } = await add({ transcript: TRANSCRIPT });
    const remove = () => request(`/api/meetings/${id}`, { method: "DELETE", headers: asToken() });
    expect((await remove()).status).toBe(204);
    expect((await problemOf(await remove())).code).toBe("not-found");
    expect(await env.DB.prepare("SELECT count(*) AS left FROM meeting_utterances").first()).toEqual({ left: 0 });
    expect((await add({ transcript: TRANSCRIPT })).id).not.toBe(id);
    const kinds = await env.DB.prepare("SELECT kind FROM audit_entries ORDER BY seq").all<{ kind: string }>();
    expect(kinds.results.map(({ kind }) => kind)).toEqual(["meeting.added", "meeting.deleted", "meeting.added"]);
  });
});

describe("the pages", () => {
  const pageOf = async (path: string) => (await browse(ana, path)).text();

  it("add by file, by text and by sample, and lead to what was known before", async () => {
    const sent = await upload("/meetings", "a.txt", TRANSCRIPT, { title: "", heldAt: "", transcript: "" }, asPerson());
    expect([sent.status, sent.headers.get("location")]).toEqual([
      303,
      expect.stringMatching(/^\/meetings\/mtg_\w+\?added$/),
    ]);
    const again = await browse(ana, "/meetings", { title: "b", heldAt: "", transcript: TRANSCRIPT });
    const known = again.headers.get("location")!;
    expect(known).toBe(sent.headers.get("location")!.replace("added", "known"));
    expect(await pageOf(known)).toContain("Nothing was added");
    for (const { slug, title } of SAMPLE_MEETINGS) {
      const added = await browse(ana, "/meetings/samples", { sample: slug });
      expect(await pageOf(added.headers.get("location")!)).toContain(title);
    }
    expect((await browse(ana, "/meetings/samples", { sample: "none" })).status).toBe(404);
    expect(await pageOf("/meetings")).toMatch(/Stand-up \(sample\)[\s\S]*planning \(sample\)[\s\S]*>\s*a\s*</);
    expect(await pageOf("/meetings?q=nobody at all")).toContain("No meeting fits");
  });

  it("name what is wrong with a form, keep what was typed, and answer a body without end with a page", async () => {
    const wrong = await browse(ana, "/meetings", { title: "Mine", heldAt: "", transcript: "" });
    expect(wrong.status).toBe(422);
    expect(await wrong.text()).toMatch(/error-summary[\s\S]*Nobody says anything[\s\S]*value="Mine"/);
    const pdf = await upload("/meetings", "a.docx", "%PDF-1.7", { title: "", heldAt: "", transcript: "" }, asPerson());
    expect([pdf.status, await pdf.text()]).toEqual([
      422,
      expect.stringMatching(/href="#field-file"[\s\S]*The file is a PDF/),
    ]);
    const empty = await upload("/meetings", "a.txt", "", { title: "", heldAt: "", transcript: "" }, asPerson());
    expect(await empty.text()).toMatch(/<a href="#field-file"><b>file<\/b> Nobody says anything/);
    const huge = await upload("/meetings", "a.txt", new Uint8Array(17 * 2 ** 20), {}, asPerson());
    expect([huge.status, huge.headers.get("content-type")]).toEqual([413, expect.stringContaining("text/html")]);
    await huge.body?.cancel();
  });

  it("show each utterance at its anchor as text, and search marks what it finds", async () => {
    const { id } = await add({ transcript: TRANSCRIPT });
    const whole = await pageOf(`/meetings/${id}`);
    expect(whole).toMatch(
      /<li id="u-1"><a class="utterance-time" href="#u-1">1:09<\/a>[\s\S]*And PAY-13 is &lt;b&gt;blocked&lt;\/b&gt;\./,
    );
    const found = await browse(ana, `/meetings/${id}?q=pay-12`, undefined, { "hx-request-type": "partial" });
    const part = await found.text();
    expect(part).toContain("<mark>PAY-12</mark> is done.");
    expect(part).toContain("1 of 2 utterances");
    expect(part).toContain(`href="/meetings/${id}#u-0"`);
    expect(part).not.toContain("PAY-13");
    expect(part).not.toContain("<html");
  });
});
