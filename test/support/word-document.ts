/** Writes Word documents and ZIP archives for tests, whole and damaged ones. */
import { crc32, deflateRawSync } from "node:zlib";

export interface ArchivedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Unpacked size that the archive claims, where it lies. */
  readonly claimedSize?: number;
}

/** An archive with these files, deflated. */
export function zipOf(files: readonly ArchivedFile[]): Uint8Array {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes, claimedSize = bytes.length } of files) {
    const packed = deflateRawSync(bytes);
    const sizes = Buffer.alloc(12);
    sizes.writeUInt32LE(crc32(bytes), 0);
    sizes.writeUInt32LE(packed.length, 4);
    sizes.writeUInt32LE(claimedSize, 8);
    const nameBytes = Buffer.from(name);
    const local = Buffer.concat([
      Buffer.from("504b030414000000080000000000", "hex"),
      sizes,
      lengths(nameBytes),
      nameBytes,
    ]);
    const entry = Buffer.concat([
      Buffer.from("504b01021400140000000800" + "00000000", "hex"),
      sizes,
      lengths(nameBytes),
    ]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    entries.push(entry, tail, nameBytes);
    locals.push(local, packed);
    offset += local.length + packed.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return new Uint8Array(Buffer.concat([...locals, directory, end]));
}

function lengths(name: Buffer): Buffer {
  const both = Buffer.alloc(4);
  both.writeUInt16LE(name.length, 0);
  return both;
}

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** The document's XML. Each paragraph is a list of lines with breaks between them, its first line in bold. */
export function documentXml(paragraphs: readonly (readonly string[])[]): string {
  const run = (text: string, looks = "") => `<w:r>${looks}<w:t xml:space="preserve">${escaped(text)}</w:t></w:r>`;
  const body = paragraphs.map(([first = "", ...rest]) => {
    const broken = rest.map((line) => `<w:r><w:br/></w:r>${run(line)}`);
    return `<w:p><w:pPr><w:spacing w:before="1"/></w:pPr>${run(first, "<w:rPr><w:b/></w:rPr>")}${broken.join("")}</w:p>`;
  });
  const namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:document xmlns:w="${namespace}"><w:body>${body.join("")}</w:body></w:document>`;
}

const CONTENT_TYPES =
  '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>';
const RELATIONS =
  '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>';

export function wordDocument(paragraphs: readonly (readonly string[])[]): Uint8Array {
  return zipOf([
    { name: "[Content_Types].xml", bytes: Buffer.from(CONTENT_TYPES) },
    { name: "_rels/.rels", bytes: Buffer.from(RELATIONS) },
    { name: "word/document.xml", bytes: Buffer.from(documentXml(paragraphs)) },
  ]);
}
