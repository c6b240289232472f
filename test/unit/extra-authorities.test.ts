/** Which of the authorities that a user names are handed on to the server. */
import { rootCertificates } from "node:tls";
import { describe, expect, it } from "vitest";
import { extraAuthorities } from "../../scripts/miniflare.ts";

const OWN = "-----BEGIN CERTIFICATE-----\nb3du\n-----END CERTIFICATE-----";

describe("the authorities that a user names", () => {
  it("are handed on, but for those that are trusted anyway, however their lines are broken", () => {
    const reflowed = rootCertificates[1]!.replace(/\n/g, "\r\n");
    expect(extraAuthorities(`# a comment\n${rootCertificates[0]}\n${OWN}\n${reflowed}\n`, rootCertificates)).toEqual([
      OWN,
    ]);
  });

  it("may be none", () => {
    expect(extraAuthorities("nothing that looks like one", rootCertificates)).toEqual([]);
  });
});
