import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import should from "should";
import { MAX_ANSWER_BYTES } from "../../../lib/delivery/http";
import type { HttpRequest } from "../../../lib/delivery/types";
import { Bench, freePort, type RunningServer } from "./http-servers";

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}

function get(server: RunningServer, path = "/"): HttpRequest {
  return { method: "GET", url: `http://127.0.0.1:${server.port}${path}` };
}

describe("http client", () => {
  const bench = new Bench();
  afterEach(() => bench.end());

  describe("answers", () => {
    it("sends JSON and gives status, headers and parsed JSON back", async () => {
      const server = await bench.http(async (request, response) => {
        const seen = { method: request.method, type: request.headers["content-type"], body: await textOf(request) };
        response.writeHead(201, { "content-type": "application/json", "X-Ref": "r1", "set-cookie": ["a=1", "b=2"] });
        response.end(JSON.stringify(seen));
      });
      const answer = await bench.client().send({ ...get(server), method: "POST", body: { name: "Zoë" } });
      should(answer.status).equal(201);
      should(answer.headers).containEql({ "x-ref": "r1", "set-cookie": "a=1, b=2" });
      should(answer.body).eql({ method: "POST", type: "application/json", body: '{"name":"Zoë"}' });
    });

    it("sends a form", async () => {
      const server = await bench.http(async (request, response) => {
        response.end(JSON.stringify({ type: request.headers["content-type"], body: await textOf(request) }));
      });
      const answer = await bench.client().send({ ...get(server), method: "POST", form: { a: "1 2", b: "&" } });
      should(answer.body).eql({ type: "application/x-www-form-urlencoded", body: "a=1+2&b=%26" });
    });

    const bodies: [string, string, string, unknown][] = [
      ["an empty body as null", "application/json", "", null],
      ["text as text", "text/plain", "4711", "4711"],
      ["broken JSON as text", "application/json", '{"a":', '{"a":'],
      ["JSON under a wrong type as JSON", "text/plain", ' {"a":1}', { a: 1 }],
      ["a byte order mark as nothing", "application/json", "\ufeff[1]", [1]],
      ["a 64-bit id as text, not rounded", "application/json", '{"id":9007199254740993}', { id: "9007199254740993" }],
      ["nothing into a prototype", "application/json", '{"a":1,"\\u005f_proto__":{"admin":true}}', { a: 1 }],
    ];
    for (const [name, type, body, expected] of bodies)
      it(`reads ${name}`, async () => {
        const server = await bench.http((_request, response) => {
          response.writeHead(200, { "content-type": type }).end(body);
        });
        should((await bench.client().send(get(server))).body).eql(expected);
      });

    it("reads nesting of any depth without harm", async () => {
      const server = await bench.http((_request, response) => response.end("[".repeat(100_000) + "]".repeat(100_000)));
      should((await bench.client().send(get(server))).status).equal(200);
    });

    it("gives an error status and a redirect back as answers", async () => {
      const server = await bench.http((request, response) => {
        response.writeHead(request.url === "/" ? 302 : 500, { location: "http://other.example/" }).end();
      });
      const client = bench.client();
      should((await client.send(get(server))).status).equal(302);
      should((await client.send(get(server, "/x"))).status).equal(500);
    });

    it("keeps connections alive and calls no more at once than allowed", async () => {
      const held: ServerResponse[] = [];
      let most = 0;
      const server = await bench.http((_request, response) => {
        most = Math.max(most, held.push(response));
        if (held.length < 2) return;
        setImmediate(() => {
          for (const one of held.splice(0)) one.end("{}");
        });
      });
      const client = bench.client({ maxConcurrent: 3 });
      await Promise.all(Array.from({ length: 20 }, () => client.send(get(server))));
      should(most).equal(2);
      should(server.connections).equal(2);
    });
  });

  describe("without an answer", () => {
    it("says that nothing was sent when nobody listens or the name is unknown", async () => {
      const client = bench.client();
      const refused = client.send({ method: "POST", url: `http://127.0.0.1:${await freePort()}/secret?a=b` });
      await should(refused).rejectedWith({ code: "HOST_UNREACHABLE", failure: "transient", status: null });
      await should(refused).rejectedWith(/^127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\); nothing was sent/);
      const unknown = client.send({ method: "GET", url: "http://nobody.invalid/" });
      await should(unknown).rejectedWith({ code: "HOST_UNREACHABLE", failure: "transient" });
    });

    it("does not know what became of a call whose connection is reset after it was sent", async () => {
      const server = await bench.http((request) => request.socket.resetAndDestroy());
      const lost = bench.client().send({ ...get(server), method: "POST", body: {} });
      await should(lost).rejectedWith({ code: "CONNECTION_LOST", failure: "unknown" });
    });

    it("does not know either when the server closes a kept connection as it is used again", async () => {
      let calls = 0;
      const server = await bench.http((request, response) => {
        calls += 1;
        if (calls === 1) response.end("{}");
        else request.socket.resetAndDestroy();
      });
      const client = bench.client();
      await client.send(get(server));
      await should(client.send(get(server))).rejectedWith({ code: "CONNECTION_LOST", failure: "unknown" });
      should(server.connections).equal(1);
    });

    it("does not know what became of a call that is not answered in time", async () => {
      const server = await bench.http(() => undefined);
      const hanging = bench.client({ timeoutMs: 50 }).send(get(server));
      await should(hanging).rejectedWith({ code: "CALL_TIMEOUT", failure: "unknown" });
    });

    it("counts the time of the whole answer, also of one that trickles in", async () => {
      const server = await bench.http((_request, response) => {
        response.writeHead(200);
        const trickle = setInterval(() => response.write(" "), 5);
        response.on("close", () => clearInterval(trickle));
      });
      const slow = bench.client().send({ ...get(server), timeoutMs: 60 });
      await should(slow).rejectedWith({ code: "CALL_TIMEOUT", failure: "unknown" });
    });

    it("takes an answer that breaks off as a lost connection", async () => {
      const server = await bench.http((_request, response) => {
        response.writeHead(200, { "content-length": "100" });
        response.write("half", () => response.socket?.resetAndDestroy());
      });
      await should(bench.client().send(get(server))).rejectedWith({ code: "CONNECTION_LOST", failure: "unknown" });
    });

    it("stops reading an answer that is too large, also when it was small on the wire", async () => {
      const packed = gzipSync(Buffer.alloc(MAX_ANSWER_BYTES + 1));
      const server = await bench.http((_request, response) => {
        response.writeHead(200, { "content-encoding": "gzip" }).end(packed);
      });
      await should(bench.client().send(get(server))).rejectedWith({ code: "ANSWER_TOO_LARGE", failure: "unknown" });
    });

    it("refuses what is no http or https URL", async () => {
      const client = bench.client();
      for (const url of ["file:///etc/passwd", "/users", "data:text/plain,x"])
        await should(client.send({ method: "GET", url })).rejectedWith({
          code: "URL_INVALID",
          failure: "configuration",
        });
    });

    it("names the host only, never path, query, headers or body", async () => {
      const server = await bench.http((request) => request.socket.resetAndDestroy());
      const secret = "s3cr3t";
      const error: unknown = await bench
        .client()
        .send({ ...get(server, `/${secret}?q=${secret}`), method: "POST", headers: { a: secret }, body: secret })
        .catch((thrown: unknown) => thrown);
      should(error).be.an.Error();
      should(error).not.have.property("cause");
      should(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.containEql(secret);
    });
  });

  describe("with a latest moment to start", () => {
    /** In time as its turn comes, and late at the next look: what a process sees that was stopped between the two. */
    class Frozen {
      #looks = 0;

      get startBefore(): number {
        this.#looks += 1;
        return this.#looks === 1 ? Date.now() + 1_000 : Date.now() - 1;
      }
    }

    it("sends nothing when the turn comes too late", async () => {
      let requests = 0;
      const server = await bench.http((_request, response) => {
        requests += 1;
        setTimeout(() => response.end(), 60);
      });
      const client = bench.client({ maxConcurrent: 1 });
      const startBefore = Date.now() + 30;
      const first = client.send(get(server));
      await should(client.send({ ...get(server), startBefore })).rejectedWith({
        code: "CALL_TOO_LATE",
        failure: "transient",
      });
      await first;
      should(requests).equal(1);
    });

    for (const connection of ["a new connection", "a kept one"]) {
      it(`sends nothing on ${connection} when the process stood still before the request was written`, async () => {
        let requests = 0;
        const server = await bench.http((_request, response) => {
          requests += 1;
          response.end();
        });
        const client = bench.client();
        const isKept = connection === "a kept one";
        if (isKept) await client.send(get(server));
        const late = Object.assign(new Frozen(), get(server));
        await should(client.send(late)).rejectedWith({ code: "CALL_TOO_LATE" });
        await client.send(get(server));
        should(requests).equal(isKept ? 2 : 1);
      });
    }
  });

  it("lets fewer calls start while the host fails, and none for as long as it asks", async () => {
    let inFlight = 0;
    let most = 0;
    let status = 503;
    const server = await bench.http((_request, response) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      setTimeout(() => {
        inFlight -= 1;
        response.writeHead(status, status === 429 ? { "retry-after": "1" } : {}).end();
      }, 5);
    });
    const client = bench.client({ maxConcurrent: 8 });
    const sendAll = (count: number) => Promise.all(Array.from({ length: count }, () => client.send(get(server))));
    for (let call = 0; call < 3; call += 1) await client.send(get(server));
    status = 200;
    most = 0;
    await sendAll(3);
    should(most).equal(1);
    await sendAll(60);
    should(most).equal(6);
    status = 429;
    await client.send(get(server));
    status = 200;
    const before = Date.now();
    await client.send(get(server));
    should(Date.now() - before).be.aboveOrEqual(990);
  });

  describe("close", () => {
    it("breaks off what is on the wire and does not send what waits", async () => {
      const server = await bench.http(() => undefined);
      const client = bench.client({ maxConcurrent: 1 });
      const arrived = once(server.server, "request");
      const calls = [client.send(get(server)), client.send(get(server))];
      await arrived;
      client.close();
      await should(calls[0]).rejectedWith({ code: "CONNECTION_LOST", failure: "unknown" });
      await should(calls[1]).rejectedWith({ code: "CLIENT_CLOSED", failure: "transient" });
      await should(client.send(get(server))).rejectedWith({ code: "CLIENT_CLOSED" });
    });

    it("closes idle connections", async () => {
      const server = await bench.http((_request, response) => response.end());
      const client = bench.client();
      const connection = once(server.server, "connection");
      await client.send(get(server));
      const [socket] = await connection;
      const closed = once(socket, "close");
      client.close();
      await closed;
    });
  });
});
