import should from "should";
import { callErrorOf, type Handler, openTenant, type TestTenant } from "./support";

describe("readFields", () => {
  let test: TestTenant | null = null;

  const fieldsOf = async (handle: Handler) => {
    test = await openTenant(handle);
    return test.tenant.readFields();
  };

  afterEach(() => test?.close());

  /** A tenant with this data, in pages of its own size. */
  const paged =
    (data: unknown[], size: number): Handler =>
    ({ body }) => {
      const from = Number(Object(body).from);
      return { status: 200, body: { success: true, status: 200, data: data.slice(from, from + size) } };
    };

  it("reads all pages, whatever their size", async () => {
    const data = ["a", "b", "c", "d", "e"].map((fieldKey) => ({ fieldKey, enabled: fieldKey !== "b" }));
    const fields = await fieldsOf(paged(data, 2));
    should([...(fields ?? [])]).eql([
      ["a", true],
      ["b", false],
      ["c", true],
      ["d", true],
      ["e", true],
    ]);
    should(test?.calls()[0]).match({ method: "POST", path: "/fieldsetup-srv/graph/fields", body: { from: 0 } });
  });

  it("ends with a tenant that knows no pages, or says that nothing more was found", async () => {
    const all = { status: 200, body: { data: [{ fieldKey: "a", enabled: true }] } };
    should((await fieldsOf(() => all))?.size).equal(1);
    should(test?.calls()).have.length(2);
    for (const status of [404, 204]) {
      await test?.close();
      should((await fieldsOf(({ body }) => (Object(body).from === 0 ? all : { status })))?.size).equal(1);
    }
  });

  it("gives null where the client may not read them", async () => {
    for (const status of [401, 403, 404]) {
      should(await fieldsOf(() => ({ status }))).be.null();
      await test?.close();
    }
  });

  it("passes over what is no field", async () => {
    const odd = [null, 5, [], { enabled: true }, { fieldKey: 7 }, { fieldKey: "__proto__" }, { fieldKey: "a" }];
    should([...((await fieldsOf(paged(odd, 10))) ?? [])]).eql([
      ["__proto__", true],
      ["a", true],
    ]);
  });

  it("says so where something else answers", async () => {
    test = await openTenant(() => ({ status: 200, body: "<html></html>" }));
    should(await callErrorOf(test.tenant.readFields())).match({ code: "TENANT_ANSWER_INVALID" });
  });
});
