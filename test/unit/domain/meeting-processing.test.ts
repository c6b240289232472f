import { describe, expect, it } from "vitest";
import { versionOf } from "../../../worker/domain/meeting-processing.ts";

describe("versionOf", () => {
  const ids = Array.from({ length: 2_000 }, (_, index) => `run_${index.toString(16).padStart(32, "0")}`);
  const share = (v2Percent: number) => {
    const versions = ids.map((id) => versionOf("auto", id, { v2Percent, fallback: true }));
    return versions.filter((version) => version === "v2").length / ids.length;
  };

  it("gives the stated share of runs the second version, the same ones each time", () => {
    expect([share(0), share(100)]).toEqual([0, 1]);
    expect(Math.abs(share(30) - 0.3)).toBeLessThan(0.04);
    expect(share(30)).toBe(share(30));
  });

  it("leaves a stated version alone", () => {
    expect(versionOf("v1", "run_1", { v2Percent: 100, fallback: true })).toBe("v1");
    expect(versionOf("v2", "run_1", { v2Percent: 0, fallback: true })).toBe("v2");
  });
});
