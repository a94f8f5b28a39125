import should from "should";
import { callErrorOf, LATER, openTenant, type Reply, type Seen, type TestTenant } from "./support";

const NOT_FOUND: Reply = {
  status: 404,
  body: { success: false, status: 404, error: { code: 10301, error: "user not found" } },
};

describe("users of a tenant", () => {
  let opened: TestTenant;
  let answer: (request: Seen) => Reply;
  let existence: () => Reply;

  beforeEach(async () => {
    answer = () => ({ status: 500 });
    existence = () => ({ status: 204 });
    opened = await openTenant((request) =>
      request.path === "/useractions-srv/userexistence" ? existence() : answer(request),
    );
  });
  afterEach(() => opened.close());

  describe("readUser", () => {
    it("gives the user in normal form", async () => {
      answer = () => ({ status: 200, body: { success: true, data: { sub: "s 1", email: "lena@example.org" } } });
      should(await opened.tenant.readUser("s 1")).match({ sub: "s 1", email: "lena@example.org", groups: [] });
      should(opened.calls().map(({ method, path }) => `${method} ${path}`)).eql(["GET /user-srv/users/s%201"]);
    });

    it("finds nobody at 204, empty data, the tenant's own 404, and its number for it", async () => {
      const nobody: Reply[] = [
        { status: 204 },
        { status: 200, body: { success: true, data: null } },
        NOT_FOUND,
        { status: 404, body: { ErrorResp: { success: false, status: 404, code: "010", error: "no" } } },
        { status: 417, body: { success: false, error: { code: "10301" } } },
      ];
      for (const reply of nobody) {
        answer = () => reply;
        should(await opened.tenant.readUser("s1")).be.null();
      }
      should(opened.calls().filter(({ path }) => path.includes("userexistence")).length).equal(0);
    });

    it("asks for existence when a 404 may come from somebody else", async () => {
      for (const body of [undefined, "<html>not found</html>", { message: "no Route matched" }]) {
        answer = () => ({ status: 404, body });
        existence = () => ({ status: 204 });
        should(await opened.tenant.readUser("s1")).be.null();
        existence = () => ({ status: 200, body: { success: true, data: { sub: "s1" } } });
        should(await callErrorOf(opened.tenant.readUser("s1"))).match({
          code: "TENANT_ENDPOINT_MISSING",
          failure: "configuration",
        });
        existence = () => ({ status: 404, body });
        should(await callErrorOf(opened.tenant.readUser("s1"))).match({ failure: "configuration" });
      }
    });

    it("refuses another user than asked for", async () => {
      answer = () => ({ status: 200, body: { data: { sub: "other" } } });
      should(await callErrorOf(opened.tenant.readUser("s1"))).match({
        code: "TENANT_OTHER_USER",
        failure: "permanent",
      });
    });

    it("calls no other path for a sub of dots", async () => {
      for (const sub of ["", ".", ".."])
        should(await callErrorOf(opened.tenant.readUser(sub))).match({ code: "SUB_INVALID", failure: "permanent" });
      should(opened.calls()).eql([]);
    });

    it("tells apart what waiting heals and what a person has to correct", async () => {
      const cases: [Reply, object][] = [
        [{ status: 403 }, { code: "TENANT_FORBIDDEN", failure: "configuration", message: /cidaas:users_read/ }],
        [{ status: 429 }, { failure: "throttled" }],
        [{ status: 500 }, { failure: "transient" }],
        [
          { status: 200, body: "<html>" },
          { code: "TENANT_ANSWER_INVALID", failure: "transient" },
        ],
      ];
      for (const [reply, expected] of cases) {
        answer = () => reply;
        should(await callErrorOf(opened.tenant.readUser("s1"))).match(expected);
      }
    });
  });

  describe("findSub", () => {
    it("gives the sub of the user with the identifier", async () => {
      existence = () => ({ status: 200, body: { success: true, data: { sub: "s1" } } });
      should(await opened.tenant.findSub("lena@example.org")).equal("s1");
      should(opened.calls()[0]?.body).eql({ userId: "lena@example.org" });
    });

    it("gives null when the tenant knows nobody", async () => {
      for (const reply of [{ status: 204 }, NOT_FOUND, { status: 200, body: { success: true, data: {} } }]) {
        existence = () => reply;
        should(await opened.tenant.findSub("lena@example.org")).be.null();
      }
    });

    it("does not take garbage for nobody", async () => {
      for (const body of ["<html>", {}, { data: { exists: true } }, { data: "s1" }]) {
        existence = () => ({ status: 200, body });
        should(await callErrorOf(opened.tenant.findSub("x@example.org"))).match({ code: "TENANT_ANSWER_INVALID" });
      }
      existence = () => ({ status: 404 });
      should(await callErrorOf(opened.tenant.findSub("x@example.org"))).match({ failure: "configuration" });
    });
  });

  describe("setStatus and purge", () => {
    it("send what the reference says", async () => {
      answer = ({ method }) => ({ status: method === "DELETE" ? 202 : 200 });
      await opened.tenant.setStatus("s1", "DECLINED", "left", LATER);
      await opened.tenant.purge("s1", LATER);
      should(opened.calls().map(({ method, path, body }) => ({ method, path, body }))).eql([
        {
          method: "PATCH",
          path: "/user-srv/users/s1/status",
          body: { userStatus: "DECLINED", user_status_reason: "left" },
        },
        { method: "DELETE", path: "/users-srv/user/purge/s1", body: "" },
      ]);
    });

    it("send nothing after the latest start", async () => {
      await opened.tenant.connect();
      const late = Date.now() - 1;
      for (const call of [opened.tenant.setStatus("s1", "DECLINED", "left", late), opened.tenant.purge("s1", late)])
        should(await callErrorOf(call)).match({ code: "CALL_TOO_LATE", failure: "transient" });
      should(opened.calls()).eql([]);
    });

    it("count a user that is gone as success", async () => {
      answer = () => NOT_FOUND;
      await opened.tenant.setStatus("s1", "DECLINED", "left", LATER);
      await opened.tenant.purge("s1", LATER);
    });

    it("do not take a missing endpoint for a user that is gone", async () => {
      answer = () => ({ status: 404, body: "<html>" });
      existence = () => ({ status: 200, body: { data: { sub: "s1" } } });
      for (const call of [opened.tenant.setStatus("s1", "DECLINED", "left", LATER), opened.tenant.purge("s1", LATER)])
        should(await callErrorOf(call)).match({ code: "TENANT_ENDPOINT_MISSING", failure: "configuration" });
    });

    it("park a transition that the tenant refuses", async () => {
      answer = () => ({ status: 417, body: { success: false, error: { code: 5, error: "bad transition" } } });
      should(await callErrorOf(opened.tenant.setStatus("s1", "PENDING", "x", LATER))).match({ failure: "permanent" });
    });
  });
});
