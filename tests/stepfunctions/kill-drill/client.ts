/** What became of a request: a kill leaves it unknown whether the server had heard. */
export type Answer =
  | { kind: "done"; body: Record<string, unknown> }
  | { kind: "refused"; error: string; message: string }
  | { kind: "unknown" };

export type Call = (operation: string, request: object) => Promise<Answer>;

/** Calls the API of one engine process until `signal` aborts. */
export function clientOf(port: number, signal: AbortSignal): Call {
  return async (operation, request) => {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/`, {
        method: "POST",
        headers: {
          "content-type": "application/x-amz-json-1.0",
          "x-amz-target": `AWSStepFunctions.${operation}`,
        },
        body: JSON.stringify(request),
        signal,
      });
      const body = (await response.json()) as Record<string, unknown>;
      if (response.ok) return { kind: "done", body };
      if (response.status >= 500) return { kind: "unknown" };
      const error = String(body.__type).replace(/^.*#/, "");
      return { kind: "refused", error, message: String(body.message ?? body.Message) };
    } catch {
      return { kind: "unknown" };
    }
  };
}

/** The body of a call that nothing may disturb. @throws when it is refused or cut */
export async function must(answer: Promise<Answer>): Promise<Record<string, unknown>> {
  const found = await answer;
  if (found.kind === "done") return found.body;
  throw new Error(
    found.kind === "refused" ? `${found.error}: ${found.message}` : "the engine did not answer",
  );
}
