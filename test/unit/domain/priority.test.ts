import { describe, expect, it } from "vitest";
import { priorityOf } from "../../../worker/domain/priority.ts";

const ofLabels = (...labels: string[]) => priorityOf({ labels, field: null, rules: {} });
const ofField = (field: string) => priorityOf({ labels: [], field, rules: {} });

describe("priorityOf", () => {
  it.each(["urgent", "p0", "critical", "blocker", "hotfix"])("takes the label %s for urgent", (label) => {
    expect(ofLabels(label)).toBe("urgent");
  });

  it.each(["high", "p1", "important"])("takes the label %s for high", (label) => {
    expect(ofLabels(label)).toBe("high");
  });

  it.each(["low", "p3", "minor", "trivial"])("takes the label %s for low", (label) => {
    expect(ofLabels(label)).toBe("low");
  });

  it.each([[[]], [["bug"]], [["p2"]], [["constructor", "__proto__", "toString"]]])("takes %j for normal", (labels) => {
    expect(ofLabels(...labels)).toBe("normal");
  });

  it.each([
    ["priority: high", "high"],
    ["Priority/Critical", "urgent"],
    ["priority-low", "low"],
    ["prio:p0", "urgent"],
    ["severity: critical", "urgent"],
    ["priority: medium", "normal"],
    ["priority", "normal"],
    ["highlight", "normal"],
    ["not: high", "normal"],
  ])("takes %s for %s", (label, priority) => {
    expect(ofLabels(label)).toBe(priority);
  });

  it("does not mind case and blanks", () => {
    expect(ofLabels(" HotFix ")).toBe("urgent");
    expect(ofField("HIGHEST")).toBe("urgent");
  });

  it.each([
    ["Highest", "urgent"],
    ["Blocker", "urgent"],
    ["Critical", "urgent"],
    ["High", "high"],
    ["Major", "normal"],
    ["Medium", "normal"],
    ["Low", "low"],
    ["Lowest", "low"],
    ["Trivial", "low"],
    ["Sooner or later", "normal"],
  ])("takes Jira's %s for %s", (field, priority) => {
    expect(ofField(field)).toBe(priority);
  });

  it("takes the most urgent of all signs", () => {
    expect(ofLabels("low", "p1", "bug")).toBe("high");
    expect(priorityOf({ labels: ["minor"], field: "Critical", rules: {} })).toBe("urgent");
    expect(priorityOf({ labels: ["hotfix"], field: "Lowest", rules: {} })).toBe("urgent");
  });

  it("lets a repository's own rules replace the table's meaning of a label", () => {
    const rules = { Critical: "low", "Customer-Down": "urgent" } as const;
    expect(priorityOf({ labels: ["critical"], field: null, rules })).toBe("low");
    expect(priorityOf({ labels: ["customer-down"], field: null, rules })).toBe("urgent");
  });
});
