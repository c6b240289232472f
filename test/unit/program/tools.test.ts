import { describe, expect, it } from "vitest";
import { CODE_CAPABILITIES, CODE_CAPABILITY_NAMES } from "../../../worker/capabilities/code/declarations.ts";
import { renderTools } from "../../../worker/program/tools.ts";

/** What both providers' references allow for the name of a function. */
const PROVIDER_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

describe("renderTools", () => {
  const { tools, nameOf } = renderTools(CODE_CAPABILITY_NAMES);

  it("gives each capability a tool with a name that providers take, and the way back", () => {
    expect(tools.map(({ name }) => nameOf(name))).toEqual(CODE_CAPABILITY_NAMES);
    for (const { name } of tools) expect(name).toMatch(PROVIDER_NAME);
    expect(nameOf("stories_burn")).toBeNull();
    expect(nameOf("stories.create")).toBeNull();
  });

  it("describes inputs as objects of JSON Schema, without what only declarations need", () => {
    const create = tools.find(({ name }) => name === "stories_create")!;
    expect(create.description).toBe(CODE_CAPABILITIES["stories.create"].summary);
    expect(create.inputSchema).toMatchObject({
      ...{ type: "object", required: ["title"], additionalProperties: false },
      properties: {
        status: { type: "string", enum: ["todo", "in-progress", "in-review", "blocked", "done"] },
        evidence: { required: ["quote"], description: "Where in the meeting this was said" },
      },
    });
    expect(JSON.stringify(tools)).not.toMatch(/x-type-name|\$schema|9007199254740991/);
  });

  it("leaves out what was not named, and refuses what there is not", () => {
    expect(renderTools(["members.list"]).tools.map(({ name }) => name)).toEqual(["members_list"]);
    expect(renderTools(["members.list"]).nameOf("stories_create")).toBeNull();
    expect(() => renderTools(["members.burn"])).toThrow("There is no capability members.burn");
  });
});
