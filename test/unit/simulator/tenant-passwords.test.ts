import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { createServer } from "node:http";
import should from "should";
import type { JsonObject } from "../../../lib/sync/types";
import { hashSync } from "../../../simulator/vendor/bcryptjs";
import { closeAll, member, openTenant, send } from "./tenant-client";

const PASSWORD = "correct horse";

function withHash(algorithmTypeId: string, passwordHash: string, hData: JsonObject = {}): JsonObject {
  return { sub: "s-1", email: "ada@example.org", password_hash_info: { algorithmTypeId, passwordHash, hData } };
}

/** A verification service; `answer` gets the body it is called with, and the query's action, and gives status and text. */
async function openService(answer: (body: unknown) => [number, string]) {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const action = new URL(request.url ?? "", "http://service").searchParams.get("action");
      const [status, text] = answer({ action, ...JSON.parse(Buffer.concat(chunks).toString()) });
      response.writeHead(status).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/check`, close };
}

describe("the simulated login", () => {
  afterEach(closeAll);

  const migrated: [string, JsonObject][] = [
    ["BCRYPT_4", withHash("BCRYPT_4", hashSync(PASSWORD, 4))],
    ["BCRYPT_4 of PHP", withHash("BCRYPT_4", hashSync(PASSWORD, 4).replace("$2b$", "$2y$"))],
    ["SHA1", withHash("SHA1", createHash("sha1").update(PASSWORD).digest("hex"))],
    [
      "SHA256 with salt",
      withHash("SHA256", createHash("sha256").update(`salt${PASSWORD}`).digest("hex"), { salt: "salt" }),
    ],
    [
      "HMAC-SHA-256",
      withHash("HMAC-SHA-256", createHmac("sha256", "salt").update(PASSWORD).digest("hex"), { salt: "salt" }),
    ],
    [
      "PBKDF2",
      withHash("PBKDF2", pbkdf2Sync(PASSWORD, "salt", 10, 32, "sha256").toString("base64"), {
        salt: Buffer.from("salt").toString("base64"),
        iterations: "10",
        keylen: "32",
      }),
    ],
  ];
  for (const [name, user] of migrated) {
    it(`takes the password behind a migrated hash of ${name}, and no other`, async () => {
      const { tenant, bulk } = await openTenant();
      await bulk(user);
      should(tenant.login("ada@example.org", "wrong")).be.null();
      should(tenant.login("ada@example.org", PASSWORD)).equal("s-1");
      should(tenant.login("ada@example.org", PASSWORD)).equal("s-1");
    });
  }

  it("replaces a migrated bcrypt hash by the tenant's own, once", async () => {
    const { tenant, bulk, history } = await openTenant();
    await bulk(withHash("BCRYPT_4", hashSync(PASSWORD, 4)));
    const login = () =>
      send(`${tenant.url}/simulator/login`, "POST", { identifier: "ada@example.org", password: PASSWORD });
    should(await login()).eql({ status: 200, body: { sub: "s-1" } });
    should(await login()).match({ status: 200 });
    const logins = history.entries().filter(({ kind }) => kind === "login");
    should(member(logins[0]?.fields.password ?? null, "algorithmTypeId")).equal("PBKDF2");
    should(logins[1]?.fields).eql({});
  });

  it("fails for a bcrypt cost other than that of the algorithm's name", async () => {
    const { tenant, bulk } = await openTenant();
    await bulk(withHash("BCRYPT_12", hashSync(PASSWORD, 4)));
    should(tenant.login("ada@example.org", PASSWORD)).be.null();
  });

  it("is closed to users that are not VERIFIED", async () => {
    const { tenant } = await openTenant();
    const sub = tenant.register({ username: "ada", password: PASSWORD });
    should(tenant.login("ADA", PASSWORD)).equal(sub);
    tenant.edit(sub, { userStatus: "DECLINED" });
    should(tenant.login("ada", PASSWORD)).be.null();
    const answer = await send(`${tenant.url}/simulator/login`, "POST", { identifier: "ada", password: PASSWORD });
    should(answer.status).equal(401);
  });

  it("takes an overwritten hash only in migrationMode; the rest of the update succeeds", async () => {
    const { tenant, bulk, read } = await openTenant({ migrationMode: false });
    await bulk(withHash("BCRYPT_4", hashSync(PASSWORD, 4)));
    const changed = { ...withHash("BCRYPT_4", hashSync("new", 4)), given_name: "Ada" };
    await bulk(changed);
    should(await read("s-1")).match({ given_name: "Ada" });
    should(tenant.login("s-1", "new")).be.null();
    tenant.setDials({ migrationMode: true });
    await bulk(changed);
    should(tenant.login("s-1", "new")).equal("s-1");
  });

  it("keeps the password when an update brings none", async () => {
    const { tenant, bulk } = await openTenant();
    await bulk(withHash("BCRYPT_4", hashSync(PASSWORD, 4)));
    await bulk({ sub: "s-1", email: "ada@example.org" });
    should(tenant.login("s-1", PASSWORD)).equal("s-1");
  });

  it("asks the verification service for custom hashes, and lets nobody in without a clear yes", async () => {
    const answers: [number, string][] = [
      [200, '{"data":{"verified":true}}'],
      [200, '{"data":{"verified":false}}'],
      [200, '{"data":{"verified":"true"}}'],
      [200, "nonsense"],
      [403, '{"data":{"verified":true}}'],
    ];
    const seen: unknown[] = [];
    const { url, close } = await openService((body) => {
      seen.push(body);
      return answers[seen.length - 1] ?? [500, ""];
    });
    const { tenant, bulk } = await openTenant({ verificationUrl: url });
    const login = async () => {
      await bulk(withHash("CUSTOM_MD5", "digest", { salt: "s" }));
      const credentials = { identifier: "ada@example.org", password: PASSWORD };
      return (await send(`${tenant.url}/simulator/login`, "POST", credentials)).status;
    };
    for (const expected of [200, 401, 401, 401, 401]) should(await login()).equal(expected);
    await close();
    should(await login()).equal(401);
    should(seen[0]).eql({
      action: "compare",
      passwordVerification: { passwordHash: "digest", hData: { salt: "s" } },
      password: PASSWORD,
      algorithm: "CUSTOM_MD5",
    });
  });

  it("lets nobody in with a custom hash where there is no verification service", async () => {
    const { tenant, bulk } = await openTenant();
    await bulk(withHash("CUSTOM_MD5", "digest"));
    const answer = await send(`${tenant.url}/simulator/login`, "POST", { identifier: "s-1", password: PASSWORD });
    should(answer.status).equal(401);
  });

  it("fails a user with an unknown algorithm or broken parameters, and no login crashes on odd hashes", async () => {
    const { tenant, bulk } = await openTenant();
    const bad = [withHash("MD5", "x"), withHash("SHA1", ""), withHash("PBKDF2", "x", { salt: 7 })];
    for (const user of bad) {
      should(member((await bulk(user)).body, "process_states", 0, "status")).equal("FAILED");
    }
    for (const user of [
      withHash("PBKDF2", "x", { iterations: "1e99" }),
      withHash("BCRYPT_10", "$2b$10$x"),
      withHash("ARGON2id", "y"),
      withHash("ARGON", "$argon2id$v=19$m=1,t=1,p=9$c2FsdHNhbHQ$aGFzaGhhc2g"),
      withHash("ARGON", "$argon2id$v=19$m=9999999,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g"),
    ]) {
      should(member((await bulk(user)).body, "process_states", 0, "status")).not.equal("FAILED");
      should(tenant.login("s-1", "x")).be.null();
    }
  });
});

describe("the simulator's own paths", () => {
  afterEach(closeAll);

  it("let a person register, edit, change the password and delete", async () => {
    const { tenant } = await openTenant();
    const path = `${tenant.url}/simulator/users`;
    const created = await send(path, "POST", { email: "a@example.org", password: "one" });
    const sub = `${member(created.body, "sub")}`;
    should(created.status).equal(201);
    should((await send(`${path}/${sub}`, "PATCH", { given_name: "A." })).status).equal(200);
    should((await send(`${path}/${sub}/password`, "PUT", { password: "two" })).status).equal(204);
    should(tenant.login(sub, "two")).equal(sub);
    should(await send(path, "GET")).match({ body: [{ sub, given_name: "A." }] });
    should((await send(`${path}/${sub}`, "DELETE")).status).equal(204);
    should((await send(`${path}/${sub}`, "DELETE")).status).equal(404);
    const history = await send(`${tenant.url}/simulator/history?since=1`, "GET");
    should(member(history.body, 0, "seq")).equal(2);
  });

  it("refuse an edit that would leave no identifier or take another user's", async () => {
    const { tenant } = await openTenant({
      users: [{ sub: "s-1", email: "a@example.org" }, { email: "b@example.org" }],
    });
    const path = `${tenant.url}/simulator/users/s-1`;
    for (const email of ["", "b@example.org", "nonsense"]) {
      should(await send(path, "PATCH", { email })).match({ status: 400, body: { code: "EDIT_REFUSED" } });
    }
  });

  it("read and set dials, and name the one that is wrong", async () => {
    const { tenant } = await openTenant({ dials: { latencyMs: 1 } });
    const path = `${tenant.url}/simulator/dials`;
    should(await send(path, "GET")).match({ body: { latencyMs: 1, leftOut: "replace" } });
    should(await send(path, "PUT", { rate429: 2 })).match({ status: 400, body: { error: /"rate429"/ } });
    should(await send(path, "PUT", { noSuch: 1 })).match({ status: 400, body: { code: "DIAL_UNKNOWN" } });
    should(await send(path, "PUT", { rate429: 0.5, stateKey: null })).match({ body: { rate429: 0.5, stateKey: null } });
  });
});
