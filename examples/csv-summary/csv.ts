/**
 * A parser of comma-separated values after RFC 4180: quoted fields may hold commas, line ends and doubled quotes.
 * It is strict where the format is ambiguous: a stray quote or a row of another length is an error with its position.
 */

const QUOTE = '"';

/** One row, by the names in the header. */
export type Row = Readonly<Record<string, string>>;

/** Reads a file whose first row names the columns. */
export function parseTable(text: string): { columns: string[]; rows: Row[] } {
  const [columns, ...records] = parseCsv(text);
  if (!columns) throw new SyntaxError("the file is empty: it has no header");
  const rows = records.map((record, index) => {
    if (record.length !== columns.length) {
      throw new SyntaxError(`record ${index + 2} has ${record.length} fields; the header has ${columns.length}`);
    }
    const row: Record<string, string> = {};
    columns.forEach((column, field) => {
      row[column] = record[field]!;
    });
    return row;
  });
  return { columns, rows };
}

/** Yields one record after the other. The last line may or may not have a line end. */
export function* parseCsv(text: string): Generator<string[]> {
  // Spreadsheets like to begin a file with a byte order mark.
  let position = text.startsWith("\uFEFF") ? 1 : 0;
  while (position < text.length) {
    const record: string[] = [];
    let more = true;
    while (more) {
      const field = text[position] === QUOTE ? quotedField(text, position) : plainField(text, position);
      record.push(field.value);
      more = text[field.end] === ",";
      position = field.end + 1;
    }
    // A line ends with LF or with CR LF.
    if (text[position - 1] === "\r" && text[position] === "\n") position += 1;
    yield record;
  }
}

interface Field {
  value: string;
  /** Where the comma, the line end or the end of the text is. */
  end: number;
}

const FIELD_END = /[,\r\n]/g;

function plainField(text: string, start: number): Field {
  FIELD_END.lastIndex = start;
  const end = FIELD_END.exec(text)?.index ?? text.length;
  const value = text.slice(start, end);
  if (value.includes(QUOTE)) throw unexpected(text, start + value.indexOf(QUOTE), "a quote inside an unquoted field");
  return { value, end };
}

function quotedField(text: string, start: number): Field {
  let value = "";
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf(QUOTE, from);
    if (quote === -1) throw unexpected(text, start, "a quoted field without an end");
    value += text.slice(from, quote);
    if (text[quote + 1] !== QUOTE) return { value, end: checkedEnd(text, quote + 1) };
    // Two quotes inside a quoted field stand for one.
    value += QUOTE;
    from = quote + 2;
  }
}

function checkedEnd(text: string, end: number): number {
  const next = text[end];
  if (next === undefined || next === "," || next === "\r" || next === "\n") return end;
  throw unexpected(text, end, "text after the closing quote");
}

function unexpected(text: string, position: number, what: string): SyntaxError {
  const line = text.slice(0, position).split("\n").length;
  const column = position - text.lastIndexOf("\n", position - 1);
  return new SyntaxError(`${what} at line ${line}, column ${column}`);
}
