/**
 * The JSON of an answer, of which no more is read than `mostBytes`.
 *
 * @throws SyntaxError for what is none, or goes on; what `fetch` throws when it breaks off.
 */
export async function jsonBody(response: Response, mostBytes: number): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    // Leaving the loop ends the connection.
    if (size > mostBytes) throw new SyntaxError(`The answer is longer than ${mostBytes} bytes.`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}
