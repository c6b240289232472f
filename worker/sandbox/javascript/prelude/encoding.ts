/** `TextEncoder`, `TextDecoder` (UTF-8 and UTF-16), `atob` and `btoa`. Source: WHATWG Encoding; HTML, base64 utilities. */

export class TextEncoder {
  get encoding(): string {
    return "utf-8";
  }

  encode(input: unknown = ""): Uint8Array {
    const text = String(input).toWellFormed();
    const bytes = new Uint8Array(text.length * 3);
    return bytes.slice(0, write(text, bytes).written);
  }

  encodeInto(input: string, target: Uint8Array): { read: number; written: number } {
    return write(String(input).toWellFormed(), target);
  }
}

/** Writes whole characters until the target is full. The text is well-formed. */
function write(text: string, target: Uint8Array): { read: number; written: number } {
  let [read, written] = [0, 0];
  while (read < text.length) {
    const code = text.charCodeAt(read);
    if (code < 0x80) {
      if (written >= target.length) break;
      target[written++] = code;
      read += 1;
      continue;
    }
    const point = text.codePointAt(read)!;
    const size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (written + size > target.length) break;
    for (let i = size - 1; i > 0; i--) target[written + i] = 0x80 | ((point >> (6 * (size - 1 - i))) & 0x3f);
    target[written] = [0, 0, 0xc0, 0xe0, 0xf0][size]! | (point >> (6 * (size - 1)));
    written += size;
    read += size === 4 ? 2 : 1;
  }
  return { read, written };
}

const ENCODINGS: Readonly<Record<string, "utf-8" | "utf-16le">> = {
  ...{ "utf-8": "utf-8", utf8: "utf-8", "unicode-1-1-utf-8": "utf-8" },
  ...{ "utf-16le": "utf-16le", "utf-16": "utf-16le", unicode: "utf-16le", "ucs-2": "utf-16le" },
};

export class TextDecoder {
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  readonly encoding: "utf-8" | "utf-16le";
  #pending = new Uint8Array(0);
  #started = false;

  constructor(label = "utf-8", options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
    const name = String(label).trim().toLowerCase();
    if (!Object.hasOwn(ENCODINGS, name)) {
      throw new RangeError(`encoding ${label} is not supported; utf-8 and utf-16le are`);
    }
    this.encoding = ENCODINGS[name]!;
    this.fatal = options.fatal === true;
    this.ignoreBOM = options.ignoreBOM === true;
  }

  decode(input?: ArrayBuffer | ArrayBufferView, options: { stream?: boolean } = {}): string {
    const bytes = this.#join(bytesOf(input));
    const stream = options.stream === true;
    const { text, rest } = (this.encoding === "utf-8" ? decode : decodeUtf16)(bytes, stream, this.fatal);
    this.#pending = rest;
    const skipMark = !this.ignoreBOM && !this.#started && text.startsWith("\ufeff");
    this.#started = stream && (this.#started || text !== "");
    return skipMark ? text.slice(1) : text;
  }

  #join(bytes: Uint8Array): Uint8Array {
    if (this.#pending.length === 0) return bytes;
    const joined = new Uint8Array(this.#pending.length + bytes.length);
    joined.set(this.#pending);
    joined.set(bytes, this.#pending.length);
    return joined;
  }
}

function bytesOf(input?: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (input === undefined) return new Uint8Array(0);
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  return new Uint8Array(input);
}

const CHUNK_UNITS = 4_096;

/** Decodes with the standard's rule of one U+FFFD for each maximal part of a broken sequence. */
function decode(bytes: Uint8Array, stream: boolean, fatal: boolean): { text: string; rest: Uint8Array<ArrayBuffer> } {
  let text = "";
  let units: number[] = [];
  let at = 0;
  const none = new Uint8Array(0);
  while (at < bytes.length) {
    if (units.length >= CHUNK_UNITS) {
      text += String.fromCharCode(...units);
      units = [];
    }
    const first = bytes[at]!;
    if (first < 0x80) {
      units.push(first);
      at += 1;
      continue;
    }
    const { point, length, incomplete } = sequence(bytes, at);
    if (incomplete && stream) return { text: text + String.fromCharCode(...units), rest: bytes.slice(at) };
    if (point < 0 && fatal) throw new TypeError("the data is not valid UTF-8");
    if (point < 0x10000) units.push(point < 0 ? 0xfffd : point);
    else units.push(0xd800 + ((point - 0x10000) >> 10), 0xdc00 + ((point - 0x10000) & 0x3ff));
    at += length;
  }
  return { text: text + String.fromCharCode(...units), rest: none };
}

function decodeUtf16(bytes: Uint8Array, stream: boolean, fatal: boolean): ReturnType<typeof decode> {
  let text = "";
  let end = bytes.length - (bytes.length % 2);
  // A first half of a pair waits for its second one, as an odd byte does.
  if (stream && end > 0 && (bytes[end - 1]! & 0xfc) === 0xd8) end -= 2;
  for (let at = 0; at < end; at += 2) text += String.fromCharCode(bytes[at]! | (bytes[at + 1]! << 8));
  const isCut = !stream && end < bytes.length;
  if (fatal && (isCut || !text.isWellFormed())) throw new TypeError("the data is not valid UTF-16");
  return { text: text.toWellFormed() + (isCut ? "\ufffd" : ""), rest: bytes.slice(stream ? end : bytes.length) };
}

/** One multi-byte sequence: its code point, or -1 and the length of its broken part. */
function sequence(bytes: Uint8Array, at: number): { point: number; length: number; incomplete: boolean } {
  const first = bytes[at]!;
  const size =
    first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
  if (size === 0) return { point: -1, length: 1, incomplete: false };
  let point = first & (0x7f >> size);
  for (let i = 1; i < size; i++) {
    const next = bytes[at + i];
    if (next === undefined) return { point: -1, length: i, incomplete: true };
    const low = i > 1 ? 0x80 : first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
    const high = i > 1 ? 0xbf : first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
    if (next < low || next > high) return { point: -1, length: i, incomplete: false };
    point = (point << 6) | (next & 0x3f);
  }
  return { point, length: size, incomplete: false };
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function invalid(message: string): Error {
  const error = new Error(message);
  error.name = "InvalidCharacterError";
  return error;
}

export function btoa(input: unknown): string {
  const text = String(input);
  let result = "";
  for (let i = 0; i < text.length; i += 3) {
    const [a, b, c] = [text.charCodeAt(i), text.charCodeAt(i + 1), text.charCodeAt(i + 2)];
    if (a > 255 || b > 255 || c > 255) throw invalid("btoa takes characters up to U+00FF");
    const bits = (a << 16) | ((b || 0) << 8) | (c || 0);
    result += BASE64[bits >> 18]! + BASE64[(bits >> 12) & 63]!;
    result +=
      (i + 1 < text.length ? BASE64[(bits >> 6) & 63]! : "=") + (i + 2 < text.length ? BASE64[bits & 63]! : "=");
  }
  return result;
}

export function atob(input: unknown): string {
  let text = String(input).replace(/[\t\n\f\r ]/g, "");
  if (text.length % 4 === 0) text = text.replace(/={1,2}$/, "");
  if (text.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(text)) throw invalid("the text is not valid base64");
  let [result, bits, count] = ["", 0, 0];
  for (const char of text) {
    bits = ((bits << 6) | BASE64.indexOf(char)) & 0xffffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    result += String.fromCharCode((bits >> count) & 255);
  }
  return result;
}
