import should from "should";
import { inWaves } from "../../nodes/bulk-batcher/waves";

describe("Those who are made ready together", () => {
  it("leave together where nobody is slow", async () => {
    const waves: number[][] = [];
    for await (const wave of inWaves(
      [1, 2, 3].map(async (number) => number),
      60_000,
    ))
      waves.push(wave);
    should(waves).eql([[1, 2, 3]]);
  });

  it("do not wait for the slowest, who follows alone", async () => {
    let finish = (_: string) => {};
    const slow = new Promise<string>((resolve) => {
      finish = resolve;
    });
    const waves: string[][] = [];
    for await (const wave of inWaves([Promise.resolve("quick"), slow], 1)) {
      waves.push(wave);
      finish("slow");
    }
    should(waves).eql([["quick"], ["slow"]]);
  });

  it("are nobody where there is nobody", async () => {
    for await (const _ of inWaves([], 1)) throw new Error("A wave of nobody");
  });
});
