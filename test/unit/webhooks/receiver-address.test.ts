import { describe, expect, it } from "vitest";
import { mailAddressOf, receiverProblem } from "../../../worker/webhooks/receiver-address.ts";

const PUBLIC = { allowsPrivate: false, canMail: true };
const PRIVATE = { allowsPrivate: true, canMail: true };

describe("receiverProblem", () => {
  it.each([
    "https://example.com/hooks",
    "https://93.184.216.34:8443/x?y=1",
    "https://[2606:4700::1111]/",
    "https://localhost.example.com",
  ])("lets messages go to %s", (url) => {
    expect(receiverProblem(url, PUBLIC)).toBeNull();
  });

  it.each([
    "https://localhost/",
    "https://LOCALHOST./",
    "https://a.localhost/",
    "https://db.internal/",
    "https://printer.local/",
    "https://intranet/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://0.0.0.0/",
    "https://10.1.2.3/",
    "https://172.16.0.1/",
    "https://192.168.0.1/",
    "https://169.254.169.254/latest/meta-data",
    "https://100.64.0.1/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[fe80::1]/",
    "https://[fc00::1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:db8::1]/",
  ])("keeps messages from %s, unless the operator allows private receivers", (url) => {
    expect(receiverProblem(url, PUBLIC)).toContain("must be a public host");
    expect(receiverProblem(url, PRIVATE)).toBeNull();
  });

  it.each([
    ["", "must be a URL"],
    ["example.com", "must be a URL"],
    ["ftp://example.com", "must be a URL"],
    ["javascript:alert(1)", "must be a URL"],
    ["https://", "must be a URL"],
    ["https://me:secret@example.com", "password"],
    ["https://example.com/#x", "fragment"],
  ])("refuses %s, whatever the operator allows", (url, problem) => {
    expect(receiverProblem(url, PRIVATE)).toContain(problem);
    expect(receiverProblem(url, PUBLIC)).toContain(problem);
  });

  it("asks for https", () => {
    expect(receiverProblem("http://example.com/", PUBLIC)).toContain("https:");
  });

  it("takes the address of one mailbox, where e-mail is set up", () => {
    expect(receiverProblem("mailto:Ana@example.com", PUBLIC)).toBeNull();
    expect(mailAddressOf("MAILTO:Ana@example.com")).toBe("ana@example.com");
    expect(receiverProblem("mailto:ana@example.com", { ...PRIVATE, canMail: false })).toContain("RUNYARD_MAIL_FROM");
    for (const wrong of ["mailto:", "mailto:ana", "mailto:a@b.c,d@e.f", "mailto:a@example.com?bcc=b@example.com"])
      expect(receiverProblem(wrong, PUBLIC)).toContain("must be like mailto:");
  });
});
