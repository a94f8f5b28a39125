import type { Request, Response } from "express";
import { CallError, StoreError, SyncError, toSyncError } from "../lib/errors";

type Handler = (request: Request, response: Response) => void;

/** A handler whose failure is answered with its code, its sentence, and the status that says whose fault it was. */
export function answering(respond: (request: Request, response: Response) => Promise<void>): Handler {
  return (request, response) => {
    respond(request, response).catch((error: unknown) => refuse(response, statusOf(error), error));
  };
}

/** Answers with the code and the sentence of an error. */
export function refuse(response: Response, status: number, error: unknown): void {
  const { code, message } = toSyncError(error);
  response.status(status).json({ code, message });
}

/** Whose fault it was: the tenant's, the store's, the caller's, or ours. */
function statusOf(error: unknown): number {
  if (error instanceof CallError) return 502;
  if (error instanceof StoreError) return 503;
  return error instanceof SyncError ? 400 : 500;
}
