/**
 * Reads server-sent events (html.spec.whatwg.org, 9.2.6) as they arrive: all events of one piece of the stream come out
 * together. The SDKs' own readers hand them out one by one through several generators each, which takes longer than all
 * else that is done with a short answer.
 * Invariant: what comes out does not depend on where the bytes were cut.
 */

export interface ServerSentEvent {
  /** Null where the stream does not name it. */
  readonly name: string | null;
  /** Never empty. */
  readonly data: string;
}

export class EventDecoder {
  readonly #decoder = new TextDecoder();
  /** The line that is being read, in pieces: a long one is put together once. */
  #line: string[] = [];
  #isBehindReturn = false;
  #name: string | null = null;
  #data: string[] = [];

  push(bytes: Uint8Array): ServerSentEvent[] {
    return this.#take(this.#decoder.decode(bytes, { stream: true }));
  }

  /** Servers leave out the empty line behind their last event. */
  end(): ServerSentEvent[] {
    return this.#take(`${this.#decoder.decode()}\n\n`);
  }

  #take(text: string): ServerSentEvent[] {
    if (text === "") return [];
    // A line may end in two characters, and they may be cut apart.
    const rest = this.#isBehindReturn && text.startsWith("\n") ? text.slice(1) : text;
    this.#isBehindReturn = text.endsWith("\r");
    const lines = rest.includes("\r") ? rest.split(/\r\n|[\r\n]/) : rest.split("\n");
    const events: ServerSentEvent[] = [];
    for (let at = 0; at < lines.length - 1; at++) {
      this.#line.push(lines[at]!);
      const event = this.#read(this.#line.length === 1 ? lines[at]! : this.#line.join(""));
      this.#line = [];
      if (event) events.push(event);
    }
    const open = lines.at(-1)!;
    if (open !== "") this.#line.push(open);
    return events;
  }

  #read(line: string): ServerSentEvent | null {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#name = value;
    return null;
  }

  #dispatch(): ServerSentEvent | null {
    const event = { name: this.#name, data: this.#data.join("\n") };
    this.#name = null;
    this.#data = [];
    return event.data === "" ? null : event;
  }
}
