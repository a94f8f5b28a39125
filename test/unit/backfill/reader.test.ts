import { writeFileSync } from "node:fs";
import { join } from "node:path";
import should from "should";
import { SourceFile } from "../../../lib/backfill/file";
import { type ReadingSettings, RecordReader } from "../../../lib/backfill/reader";
import type { JsonObject } from "../../../lib/sync/types";
import { temporaryDirectory } from "../../support/user-directory";

describe("The reader of files", () => {
  const directory = temporaryDirectory("reader");
  const files: SourceFile[] = [];

  afterEach(() => Promise.all(files.splice(0).map((file) => file.close())));

  after(() => directory.remove());

  async function read(content: string | Buffer, settings: Partial<ReadingSettings> = {}): Promise<RecordReader> {
    const path = join(directory.path, "file");
    writeFileSync(path, content);
    const file = await SourceFile.open(path);
    files.push(file);
    return RecordReader.of(file, { format: "csv", separator: ",", encoding: "utf-8", ...settings });
  }

  it("passes over a byte order mark, in front of a header and of a line of JSON", async () => {
    const csv = await (await read("\uFEFFid,name\n1,Ada\n")).next(9);
    should(csv.records).eql([{ id: "1", name: "Ada" }]);
    const ndjson = await (await read('\uFEFF{"id":1}\n', { format: "ndjson" })).next(9);
    should(ndjson.records).eql([{ id: 1 }]);
  });

  it("reads Windows-1252, and refuses it where UTF-8 is set", async () => {
    const bytes = Buffer.from("id;name\n1;J\u00fcrgen\n", "latin1");
    const settings: Partial<ReadingSettings> = { separator: ";" };
    const right = await (await read(bytes, { ...settings, encoding: "windows-1252" })).next(9);
    should(right.records).eql([{ id: "1", name: "J\u00fcrgen" }]);
    const wrong = await (await read(bytes, settings)).next(9);
    should(wrong).match({ records: [], unusable: [{ line: 2, code: "BACKFILL_ENCODING" }] });
  });

  it("gives the same records from every position that it told, over many chunks", async () => {
    const rows = Array.from({ length: 9_000 }, (_, index) => `${index},"name \u20ac\n${"x".repeat(index % 50)}"\r\n`);
    const reader = await read(`id,name\r\n${rows.join("")}`);
    const all: JsonObject[] = [];
    const positions = [];
    for (let batch = await reader.next(1_000); ; batch = await reader.next(1_000)) {
      all.push(...batch.records);
      positions.push({ position: batch.next, behind: all.length });
      if (batch.last) break;
    }
    should(all).have.length(9_000);
    for (const { position, behind } of positions) {
      reader.seek(position);
      const { records } = await reader.next(5);
      should(records).eql(all.slice(behind, behind + 5));
    }
  });

  it("ends a batch of long records early, so that memory does not grow with their length", async () => {
    const line = `${JSON.stringify({ text: "x".repeat(1_000_000) })}\n`;
    const reader = await read(line.repeat(12), { format: "ndjson" });
    should((await reader.next(500)).records.length).be.belowOrEqual(5);
  });

  it("tells a record that is too long by its line, and reads on behind it", async () => {
    const reader = await read(`{"id":1}\n{"id":"${"x".repeat(2 ** 20)}"}\n{"id":3}\n`, { format: "ndjson" });
    const { records, unusable } = await reader.next(9);
    should(records).eql([{ id: 1 }, { id: 3 }]);
    should(unusable).match([{ line: 2, code: "BACKFILL_TOO_LONG" }]);
  });

  it("refuses a file whose header is not there or never ends", async () => {
    await should(read("")).be.rejectedWith({ code: "BACKFILL_HEADER" });
    await should(read(`"${"x".repeat(3 * 2 ** 20)}`)).be.rejectedWith({ code: "BACKFILL_HEADER" });
  });
});
