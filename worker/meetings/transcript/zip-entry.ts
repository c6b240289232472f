/**
 * One file out of a ZIP archive (PKWARE APPNOTE 6.3), by its central directory. What is unpacked is counted as it comes and
 * given up beyond a bound: what the archive says of its own sizes is never believed.
 */
import { TranscriptError } from "./transcript-error.ts";

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_BYTES = 22;
/** The archive's comment, at most, stands behind its end. */
const COMMENT_BYTES_MAX = 65_535;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED_FLAG = 1;

/** The bytes of the file with that name; null where the archive has none. @throws TranscriptError */
export async function readZipEntry(archive: Uint8Array, name: string, maxBytes: number): Promise<Uint8Array | null> {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  try {
    const entry = findEntry(view, archive, name);
    return entry && (await unpack(entry.packed, entry.method, maxBytes));
  } catch (error) {
    // Past the end of the archive, or bytes that cannot be inflated.
    if (error instanceof RangeError || error instanceof TypeError) throw damaged();
    throw error;
  }
}

function findEntry(view: DataView, archive: Uint8Array, name: string): { packed: Uint8Array; method: number } | null {
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  for (let index = 0; index < count; index++) {
    if (view.getUint32(at, true) !== ENTRY_SIGNATURE) throw damaged();
    const nameLength = view.getUint16(at + 28, true);
    const ownName = new TextDecoder().decode(archive.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + nameLength));
    if (ownName === name) return entryAt(view, archive, at);
    at += ENTRY_BYTES + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return null;
}

function entryAt(view: DataView, archive: Uint8Array, at: number): { packed: Uint8Array; method: number } {
  if ((view.getUint16(at + 8, true) & ENCRYPTED_FLAG) !== 0) {
    throw new TranscriptError("wrong-type", null, "The document is encrypted. Save it without a password.");
  }
  const packedBytes = view.getUint32(at + 20, true);
  const local = view.getUint32(at + 42, true);
  if (view.getUint32(local, true) !== LOCAL_SIGNATURE) throw damaged();
  const start = local + LOCAL_BYTES + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (start + packedBytes > archive.length) throw damaged();
  return { packed: archive.subarray(start, start + packedBytes), method: view.getUint16(at + 10, true) };
}

function findEnd(view: DataView): number {
  const earliest = Math.max(0, view.byteLength - END_BYTES - COMMENT_BYTES_MAX);
  for (let at = view.byteLength - END_BYTES; at >= earliest; at--) {
    if (view.getUint32(at, true) === END_SIGNATURE) return at;
  }
  throw damaged();
}

async function unpack(packed: Uint8Array, method: number, maxBytes: number): Promise<Uint8Array> {
  if (method === STORED) return within(packed, maxBytes);
  if (method !== DEFLATED) throw damaged();
  const inflated = new Blob([packed as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new DecompressionStream("deflate-raw"));
  const reader = (inflated as ReadableStream<Uint8Array>).getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.length;
    if (size > maxBytes) {
      await reader.cancel();
      throw tooLarge(maxBytes);
    }
    chunks.push(part.value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function within(bytes: Uint8Array, maxBytes: number): Uint8Array {
  if (bytes.length > maxBytes) throw tooLarge(maxBytes);
  return bytes;
}

function tooLarge(maxBytes: number): TranscriptError {
  const mebibytes = Math.floor(maxBytes / 2 ** 20);
  return new TranscriptError(
    "too-large",
    null,
    `Unpacked, the document has more than ${mebibytes} MiB of text. Split it.`,
  );
}

function damaged(): TranscriptError {
  return new TranscriptError(
    "broken",
    null,
    "The document is damaged: it cannot be unpacked. Save or export it again.",
  );
}
