/** A program does the same work in Node, where nothing suspends it, and in workerd: end, output, fuel and memory. */
import { describe, expect, inject, it } from "vitest";
import { canSuspend } from "../../worker/sandbox/javascript/imports.ts";
import { engine } from "./guest.ts";
import { SAME_WORK, workOf } from "./same-work.ts";

describe("the work of a program is what it is in Node", () => {
  it("where nothing could suspend it", () => {
    expect(canSuspend()).toBe(true);
    expect(Object.keys(inject("workInNode"))).toEqual(Object.keys(SAME_WORK));
  });

  it.each(Object.entries(SAME_WORK))("%s", async (name, code) => {
    expect(await workOf(engine, code)).toBe(inject("workInNode")[name]);
  });
});
