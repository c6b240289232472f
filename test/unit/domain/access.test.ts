import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAtLeast, ROLES, refusalOf, SCOPE_WORDS, SCOPES } from "../../../worker/domain/access.ts";
import { changeRefusal, invitationRefusal } from "../../../worker/domain/membership.ts";
import { ROUTE_ACCESS } from "../../../worker/middleware/route-access.ts";

const role = fc.constantFrom(...ROLES);
const scopes = fc.subarray([...SCOPES]);
const access = fc.record({ role, scope: fc.option(fc.constantFrom(...SCOPES)) });

describe("the words of a scope", () => {
  const THINGS = {
    "/api/repositories": "repositories",
    "/api/webhooks": "webhooks",
    "/api/inbound-endpoints": "inbound endpoints",
    "/api/budgets": "budgets",
    "/api/workspace/api-keys": "provider keys",
    "/api/audit": "audit log",
    "/api/snippets": "snippets",
    "/api/meetings": "meetings",
    "/api/executions": "calls of models",
  };
  it.each(Object.entries(THINGS))("name what lies at %s", (path, thing) => {
    const rows = Object.entries(ROUTE_ACCESS).filter(([name]) => name.includes(` ${path}`));
    const named = rows.flatMap(([, access]) => (access === "open" || access.scope === null ? [] : [access.scope]));
    expect(named).not.toEqual([]);
    // Of processing a meeting the scope speaks as of the program that it is.
    for (const scope of named.filter((each) => each !== "code:run")) expect(SCOPE_WORDS[scope]).toContain(thing);
  });
});

describe("refusalOf", () => {
  it("lets a person do what their role allows, whatever the scope is", () => {
    fc.assert(
      fc.property(role, access, (own, asked) => {
        expect(refusalOf({ role: own, scopes: null }, asked) === null).toBe(isAtLeast(own, asked.role));
      }),
    );
  });

  it("never lets a token do what its maker may not, nor what it was not made for, nor what is for people", () => {
    fc.assert(
      fc.property(role, scopes, access, (own, made, asked) => {
        const isAllowed = refusalOf({ role: own, scopes: made }, asked) === null;
        const isMadeFor = asked.scope !== null && made.includes(asked.scope);
        expect(isAllowed).toBe(isMadeFor && isAtLeast(own, asked.role));
      }),
    );
  });

  it("says what is missing", () => {
    const asked = { role: "admin", scope: "settings:write" } as const;
    expect(refusalOf({ role: "member", scopes: null }, asked)?.detail).toBe(
      "Your role in this workspace is member. This takes admin or more.",
    );
    expect(refusalOf({ role: "owner", scopes: ["runs:read"] }, asked)?.detail).toContain("settings:write");
    expect(refusalOf({ role: "owner", scopes: [] }, { role: "viewer", scope: null })?.detail).toContain("sign in");
  });
});

describe("the rules of people", () => {
  it("let nobody give a role above their own, or change who is above them", () => {
    fc.assert(
      fc.property(role, role, fc.option(role), (actor, from, to) => {
        const isAllowed = changeRefusal(actor, from, to) === null;
        const isRight = isAtLeast(actor, "admin") && isAtLeast(actor, from) && (to === null || isAtLeast(actor, to));
        expect(isAllowed).toBe(isRight);
        if (to) expect(invitationRefusal(actor, to) === null).toBe(isAtLeast(actor, to));
      }),
    );
  });
});
