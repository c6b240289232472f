/**
 * Bounds what a program can do with files, which Emscripten keeps in JavaScript: outside of the memory that is limited,
 * and with work that no fuel is counted for.
 * Invariant: files and folders hold at most `limitBytes` in all, and no path is longer than the system's limit.
 */
import type { PyodideInterface } from "pyodide";

/** As on Linux: PATH_MAX. */
const PATH_CHARS_MAX = 4_096;
/** What an empty file or folder takes in the isolate's heap. */
const NODE_BYTES = 1_024;
const [NO_SPACE, NAME_TOO_LONG] = [51, 37] as const; // ENOSPC and ENAMETOOLONG, as Emscripten numbers them
/** Looking up a path costs more units for each character than reading a byte. */
const BYTES_PER_UNIT = 64;

interface FileNode {
  readonly name: string;
  readonly link?: string;
  readonly contents?: Uint8Array | Readonly<Record<string, FileNode>> | null;
}
interface OpenFile {
  readonly node?: FileNode;
}

/** What is internal to Emscripten's file system and needed all the same. */
interface FileSystem {
  readonly root: FileNode;
  readonly streams: readonly (OpenFile | null | undefined)[];
  readonly ErrnoError: new (code: number) => Error;
  readonly filesystems: { readonly MEMFS: MemoryFiles };
  cwd(): string;
  lookupPath(path: string, options?: object): unknown;
  createNode(parent: FileNode, name: string, ...rest: readonly unknown[]): FileNode;
  symlink(target: string, path: string): unknown;
}
interface MemoryFiles {
  readonly ops_table: { readonly file: { readonly stream: { write: Write } } };
  resizeFileStorage(node: FileNode, bytes: number): void;
}
type Write = (
  file: OpenFile,
  from: Uint8Array,
  offset: number,
  length: number,
  position: number,
  own?: boolean,
) => number;

export function boundFiles({ FS }: PyodideInterface, limitBytes: number, charge: (units: number) => void): void {
  const fs = FS as unknown as FileSystem;
  const { MEMFS } = fs.filesystems;
  let held = heldBytes(fs);
  const take = (bytes: number) => {
    charge(bytes / BYTES_PER_UNIT);
    // What was deleted since counts no more.
    if (held + bytes > limitBytes) held = heldBytes(fs);
    if (held + bytes > limitBytes) throw new fs.ErrnoError(NO_SPACE);
    held += bytes;
  };
  const { lookupPath, createNode, symlink } = fs;
  fs.lookupPath = (path, options) => {
    const chars = path.length + fs.cwd().length;
    if (chars > PATH_CHARS_MAX) throw new fs.ErrnoError(NAME_TOO_LONG);
    charge(chars);
    return lookupPath(path, options);
  };
  fs.createNode = (parent, name, ...rest) => {
    take(NODE_BYTES + name.length);
    return createNode(parent, name, ...rest);
  };
  fs.symlink = (target, path) => {
    if (target.length > PATH_CHARS_MAX) throw new fs.ErrnoError(NAME_TOO_LONG);
    take(target.length);
    return symlink(target, path);
  };
  const operations = MEMFS.ops_table.file.stream;
  const { write } = operations;
  operations.write = (file, from, offset, length, position, own) => {
    charge(length / BYTES_PER_UNIT);
    const stored = storedBytes(file.node!);
    // Emscripten takes up to twice as much, so that it need not grow often.
    if (position + length > stored) take(Math.max(position + length, 2 * stored) - stored);
    return write(file, from, offset, length, position, own);
  };
  const { resizeFileStorage } = MEMFS;
  MEMFS.resizeFileStorage = (node, bytes) => {
    const stored = storedBytes(node);
    if (bytes > stored) take(bytes - stored);
    resizeFileStorage(node, bytes);
  };
}

const storedBytes = ({ contents }: FileNode) => (ArrayBuffer.isView(contents) ? contents.byteLength : 0);

/** What the tree and the files that are open hold. */
function heldBytes({ root, streams }: FileSystem): number {
  const seen = new Set<FileNode>();
  const waiting = [root, ...streams.flatMap((stream) => stream?.node ?? [])];
  let bytes = 0;
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    bytes += NODE_BYTES + node.name.length + (node.link?.length ?? 0) + storedBytes(node);
    const { contents } = node;
    if (contents && !ArrayBuffer.isView(contents)) for (const each of Object.values(contents)) waiting.push(each);
  }
  return bytes;
}
