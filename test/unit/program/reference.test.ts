import { describe, expect, it } from "vitest";
import { CODE_CAPABILITY_NAMES } from "../../../worker/capabilities/code/declarations.ts";
import { capabilityReference } from "../../../worker/program/reference.ts";
import { compileErrors } from "./compiled-programs.ts";

describe("capabilityReference", () => {
  const { types, capabilities } = capabilityReference();
  const find = (name: string) => capabilities.find((each) => each.name === name)!;

  it("has every capability, with what a token needs and the bounds of its fields", () => {
    expect(capabilities.map(({ name }) => name)).toEqual(CODE_CAPABILITY_NAMES);
    expect(find("stories.findByKey")).toMatchObject({ scope: "items:read", limits: ["key: at most 20 characters"] });
    const { scope, limits } = find("stories.create");
    expect(scope).toBe("items:write");
    expect(limits).toEqual(
      expect.arrayContaining([
        "title: 1 to 300 characters",
        "points: 0 to 100",
        expect.stringMatching(/^key: must match/),
      ]),
    );
    expect(find("actionItems.create").limits).toContain("due: YYYY-MM-DD");
    expect(find("members.list").limits).toEqual([]);
  });

  it("writes signatures that are TypeScript, with the types that they name", () => {
    const functions = capabilities.map(
      ({ signature }, i) => `declare function f${i}${signature.replace(/^[\w.]+/, "")};`,
    );
    expect(compileErrors([...types, ...functions].join("\n"), {})).toEqual({});
    expect(compileErrors(functions.join("\n"), {})).toHaveProperty("declarations");
  });
});
