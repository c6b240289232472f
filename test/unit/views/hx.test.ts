import { describe, expect, it } from "vitest";
import { hx, KEEP_ON_ERROR } from "../../../worker/views/hx.ts";

describe("hx", () => {
  it("spells htmx's attributes", () => {
    expect(
      hx({ post: "/runs", target: "#list", swap: "outerMorph", pushUrl: true, status: { 422: "target:#errors" } }),
    ).toEqual({
      "hx-post": "/runs",
      "hx-target": "#list",
      "hx-swap": "outerMorph",
      "hx-push-url": "true",
      "hx-status:422": "target:#errors",
    });
  });

  it("writes nothing for what is left out", () => {
    expect(hx({})).toEqual({});
  });

  it("keeps what is shown when a poll fails", () => {
    expect(hx({ get: "/", status: KEEP_ON_ERROR })).toMatchObject({
      "hx-status:4xx": "swap:none",
      "hx-status:5xx": "swap:none",
    });
  });

  it("refuses code and trigger filters", () => {
    expect(() => hx({ get: "javascript:alert(1)" })).toThrow("must not hold code");
    expect(() => hx({ include: " JS:x" })).toThrow("must not hold code");
    expect(() => hx({ get: "/", trigger: "click[ctrlKey]" })).toThrow("must not hold a filter");
  });
});
