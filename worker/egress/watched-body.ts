/**
 * A response whose body is counted as it is read, and ends with a signal: also where the network behind it heeds none.
 */

export interface BodyWatch {
  readonly signal: AbortSignal;
  /** After each piece, with the bytes so far. Answers whether that was enough: then the body ends there. */
  onBytes(total: number): boolean;
  /** Once, when nothing more will be read, whatever the reason. */
  onEnd?(): void;
}

export function watchBody(response: Response, { signal, onBytes, onEnd = () => {} }: BodyWatch): Response {
  if (response.body === null) {
    onEnd();
    return response;
  }
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const drop = (reason: unknown) => {
    onEnd();
    void reader.cancel(reason).catch(() => undefined);
  };
  let total = 0;
  const body = new ReadableStream<Uint8Array>({
    start(out) {
      const onAbort = () => {
        out.error(signal.reason);
        drop(signal.reason);
      };
      if (signal.aborted) onAbort();
      else signal.addEventListener("abort", onAbort, { once: true });
    },
    async pull(out) {
      const chunk = await reader.read().catch((error) => {
        onEnd();
        throw error;
      });
      if (signal.aborted) return;
      if (chunk.done) {
        onEnd();
        return out.close();
      }
      total += chunk.value.byteLength;
      const isEnough = onBytes(total);
      if (signal.aborted) return;
      out.enqueue(chunk.value);
      if (isEnough) {
        out.close();
        drop(undefined);
      }
    },
    cancel: drop,
  });
  const { status, statusText, headers } = response;
  return new Response(body, { status, statusText, headers });
}
