import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventStream, RunEvent, RunEventBody } from "../../../worker/domain/run.ts";
import { drawnText, LogBook, MAX_DRAWN_CHARS } from "../../../worker/views/log/log-book.ts";

function events(...bodies: RunEventBody[]): RunEvent[] {
  return bodies.map((body, index) => ({ seq: index + 1, at: `2026-11-20T18:00:0${index % 10}.000Z`, ...body }));
}

function output(stream: EventStream, text: string): RunEventBody {
  return { type: "output", step: "execute", stream, text };
}

function bookOf(list: readonly RunEvent[]): LogBook {
  const book = new LogBook();
  for (const event of list) book.apply(event);
  return book;
}

const textOf = (book: LogBook) => book.lines.map(({ number, stream, text, open }) => [number, stream, text, open]);

describe("LogBook", () => {
  it("joins parts of a line until its line feed", () => {
    const book = bookOf(events(output("stdout", "a"), output("stdout", "b\nc"), output("stdout", "\n")));
    expect(textOf(book)).toEqual([
      [1, "stdout", "ab", false],
      [2, "stdout", "c", false],
    ]);
  });

  it("keeps the open lines of two streams apart", () => {
    const book = bookOf(events(output("stdout", "o1"), output("stderr", "e1\n"), output("stdout", "o2\n")));
    expect(textOf(book)).toEqual([
      [1, "stdout", "o1o2", false],
      [2, "stderr", "e1", false],
    ]);
  });

  it("keeps empty lines", () => {
    expect(bookOf(events(output("stdout", "\n\na\n"))).lines.map((line) => line.text)).toEqual(["", "", "a"]);
  });

  it("ignores events that it has seen", () => {
    const list = events(output("stdout", "a\n"), output("stdout", "b\n"));
    const book = bookOf([...list, ...list]);
    expect(book.lines).toHaveLength(2);
    expect(book.lastSeq).toBe(2);
  });

  it("makes a group for each attempt of a step and closes what it left open", () => {
    const book = bookOf(
      events(
        { type: "step-start", step: "execute", attempt: 1 },
        output("stdout", "half"),
        { type: "step-end", step: "execute", state: "failed" },
        { type: "step-start", step: "execute", attempt: 2 },
        output("stdout", "whole\n"),
      ),
    );
    expect(book.groups.map(({ key, state, lineCount }) => [key, state, lineCount])).toEqual([
      ["execute-1", "failed", 1],
      ["execute-2", "running", 1],
    ]);
    expect(textOf(book)).toEqual([
      [1, "stdout", "half", false],
      [2, "stdout", "whole", false],
    ]);
  });

  it("drains each change once, and a new line not as changed as well", () => {
    const [first, second] = events(output("stdout", "a"), output("stdout", "b\n"));
    const book = bookOf([first!]);
    expect(book.drain().newLines).toHaveLength(1);
    book.apply(second!);
    const changes = book.drain();
    expect([changes.newLines.length, changes.changedLines.length]).toEqual([0, 1]);
    expect(book.drain()).toEqual({ newGroups: [], changedGroups: [], newLines: [], changedLines: [] });
  });

  it("goes on behind restored lines as if it had seen their events", () => {
    const list = events(
      { type: "step-start", step: "execute", attempt: 1 },
      output("stdout", "a\nb"),
      output("stdout", "c\nd\n"),
    );
    const whole = bookOf(list);
    const before = bookOf(list.slice(0, 2));
    const after = new LogBook();
    after.restore(before.groups, before.lines, before.lastSeq);
    for (const event of list) after.apply(event);
    expect(textOf(after)).toEqual(textOf(whole));
    expect(after.drain().newLines.map((line) => line.number)).toEqual([3]);
  });

  it("gives the text of one stream back, however it was cut", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom("a", "b", "\n", "\r") }), { maxLength: 30 }), (parts) => {
        const book = bookOf(events(...parts.map((part) => output("stdout", part))));
        const text = book.lines.map((line) => line.text + (line.open ? "" : "\n")).join("");
        expect(text).toBe(parts.join(""));
        expect(book.lines.map((line) => line.number)).toEqual(book.lines.map((_, index) => index + 1));
      }),
    );
  });
});

describe("drawnText", () => {
  it("shows what a carriage return leaves standing", () => {
    expect(drawnText("10 %\r20 %\r100 %").text).toBe("100 %");
    expect(drawnText("windows\r").text).toBe("windows");
  });

  it("cuts a very long line and says by how much", () => {
    const { text, hiddenChars } = drawnText("x".repeat(MAX_DRAWN_CHARS + 5));
    expect([text.length, hiddenChars]).toEqual([MAX_DRAWN_CHARS, 5]);
  });
});
