/** Calls of the runtime's admin routes with the editor's own login. */

/** The runtime gave no usable answer; `status` is 0 where there was none at all. */
export class CallFailed extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function getJson(path: string): Promise<unknown> {
  return call({ url: path, type: "GET" });
}

export function postJson(path: string, body: unknown, signal: AbortSignal): Promise<unknown> {
  return call({ url: path, type: "POST", contentType: "application/json", data: JSON.stringify(body) }, signal);
}

function call(request: Pick<AjaxRequest, "url" | "type" | "contentType" | "data">, signal?: AbortSignal) {
  return new Promise<unknown>((resolve, reject) => {
    const running = $.ajax({
      ...request,
      dataType: "json",
      success: resolve,
      error: ({ status, responseJSON }) => reject(new CallFailed(status, messageOf(responseJSON))),
    });
    signal?.addEventListener("abort", () => running.abort(), { once: true });
  });
}

function messageOf(answer: unknown): string {
  const isTold = typeof answer === "object" && answer !== null && "message" in answer;
  return isTold && typeof answer.message === "string" ? answer.message : "";
}
