/** What a generation in the playground says, line by line. Between its events it may send empty lines. */
export function generatedLines<Event>(text: string): Event[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line));
}
