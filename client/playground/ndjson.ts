/**
 * Lines of JSON out of a byte stream, one value for each line, as they arrive. A last line without a line feed counts.
 */
export async function* readJsonLines<T>(stream: AsyncIterable<Uint8Array>): AsyncGenerator<T> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    rest += decoder.decode(bytes, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim() !== "") yield JSON.parse(line) as T;
  }
  rest += decoder.decode();
  if (rest.trim() !== "") yield JSON.parse(rest) as T;
}
