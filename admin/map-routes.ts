import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Request, Response } from "express";
import type { NodeAPI } from "node-red";
import { compileUserCheck } from "../lib/cidaas/user-schema";
import { SyncError } from "../lib/errors";
import { isRecord } from "../lib/mapping/json";
import { tryRecord, trySamples } from "../lib/operate/map-trial";
import { previewJsonata } from "../nodes/shared/jsonata";
import { answering, refuse } from "./answer";

/** Beside this folder in the sources and in the built package alike. */
const PRESETS = join(__dirname, "../presets");
const PRESET_ID = /^[a-z0-9-]+$/;

/** What the editor asks while a person writes a field map: it needs no deployed `user-sync`. */
export function mountMapRoutes(RED: Pick<NodeAPI, "httpAdmin" | "auth" | "util">): void {
  const { httpAdmin, auth } = RED;
  const toRead = auth.needsPermission("user-sync.read");
  const toWrite = auth.needsPermission("user-sync.write");
  const parts = () => ({ jsonata: previewJsonata(RED), checkUsers: compileUserCheck });
  httpAdmin.post(
    "/user-sync/preview",
    toWrite,
    answering(async ({ body }, response) => void response.json(await tryRecord(body, parts()))),
  );
  httpAdmin.post(
    "/user-sync/samples",
    toWrite,
    answering(async ({ body }, response) => void response.json(await trySamples(body, parts()))),
  );
  httpAdmin.get("/user-sync/presets", toRead, answering(listPresets));
  httpAdmin.get("/user-sync/presets/:id", toRead, answering(givePreset));
}

async function listPresets(_request: Request, response: Response): Promise<void> {
  const files = (await readdir(PRESETS)).filter((file) => file.endsWith(".json")).sort();
  const presets = await Promise.all(files.map((file) => readPreset(file.slice(0, -".json".length))));
  response.json({
    presets: presets
      .filter((preset) => preset !== null)
      .map(({ id, title, description }) => ({ id, title, description })),
  });
}

async function givePreset({ params }: Request, response: Response): Promise<void> {
  const preset = await readPreset(String(params.id));
  if (preset) response.json(preset);
  else refuse(response, 404, new SyncError("PRESET_UNKNOWN", "There is no preset of this name."));
}

async function readPreset(id: string): Promise<Record<string, unknown> | null> {
  if (!PRESET_ID.test(id)) return null;
  const text = await readFile(join(PRESETS, `${id}.json`), "utf8").catch(() => null);
  const preset: unknown = text === null ? null : JSON.parse(text);
  return isRecord(preset) ? preset : null;
}
