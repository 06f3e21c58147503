import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { describe, type TestContext, test } from "node:test";
import * as v from "valibot";
import type { AtlasError } from "../../provider/atlas/errors/error";
import { apiKey, clientOf, look, serve } from "./server";

async function refusal(
  t: TestContext,
  status: number,
  body: object | string,
  headers: Record<string, string> = {},
): Promise<AtlasError> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const { url } = await serve(t, (_request, response) => response.writeHead(status, headers).end(text));
  return failureAt(url);
}

async function failureAt(url: string): Promise<AtlasError> {
  return clientOf(url)
    .client.send(look({ idempotent: false }), v.any())
    .then(
      () => assert.fail("it was not refused"),
      (error: AtlasError) => error,
    );
}

const problem = (status: number, errorCode: string | null, detail = "No.") => ({
  detail,
  error: status,
  errorCode,
  parameters: [],
  reason: "Refused",
});

describe("an error says what to do", () => {
  for (const [status, code, advice] of [
    [400, "MAX_USERS_PER_ORG_EXCEEDED", /The organization is full: remove users or pending invitations/],
    [401, "USER_CANNOT_ACCESS_GROUP", /Check the project's id, that it has not been deleted/],
    [404, "GROUP_NOT_FOUND", /Check the project's id, that it has not been deleted/],
    [404, "RESOURCE_NOT_FOUND", /the project or the organization may be being deleted/],
    [401, "USER_UNAUTHORIZED", /Give the credentials the role Project Read Only/],
  ] as const) {
    test(`about ${status} ${code}`, async (t) => {
      const error = await refusal(t, status, problem(status, code));
      assert.match(error.message, advice);
      assert.deepEqual([error.operation, error.errorCode, error.isFromAtlas], ["listGroupUsers", code, true]);
    });
  }

  test("and nothing for a code that nobody knows, not even one that objects have by nature", async (t) => {
    const error = await refusal(t, 400, problem(400, "constructor"));
    assert.match(error.message, /was answered 400 constructor: No\.$/);
  });

  test("about a challenge of another kind, before the key was used", async (t) => {
    const error = await refusal(t, 401, "", { "www-authenticate": 'Negotiate realm="corp"' });
    assert.match(
      error.message,
      /asks for proof of a kind that is not supported \(Negotiate realm="corp"\), so the API key was not used/,
    );
  });

  test("about a server that speaks no TLS", async (t) => {
    const server = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")).listen(
      0,
      "127.0.0.1",
    );
    await once(server, "listening");
    t.after(() => server.close());
    const error = await failureAt(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
    assert.match(error.message, /does not speak TLS: check mongodbatlas:baseUrl, its port/);
    assert.equal(error.mayHaveTakenEffect, false);
  });
});

describe("an error tells Atlas's own answers from others", () => {
  for (const [what, status, body, expected] of [
    ["an error of Atlas without a code", 404, problem(404, null), true],
    ["a proxy's page", 404, "<html>not found</html>", false],
    ["JSON of something else", 404, { message: "not found" }, false],
    ["an error of Atlas about another status", 404, problem(500, null), false],
    ["an error of the token endpoint", 404, { error: "not_found", error_description: "x" }, false],
  ] as const) {
    test(`${what}: ${expected}`, async (t) =>
      assert.equal((await refusal(t, status, body)).isFromAtlas, expected));
  }
});

test("an error shows neither orders to a terminal nor text that reads otherwise than it is", async (t) => {
  const detail = "\u001b[2Jgone\u202e\u2066 back\u00ad\u200b.";
  const { message } = await refusal(t, 400, problem(400, "X\u001b[31m", detail));
  assert.match(message, /was answered 400 X\\u001b\[31m: \\u001b\[2Jgone\\u202e\\u2066 back\\u00ad\\u200b\./);
});

test("an error of Node passes through the redaction like one of Atlas", async () => {
  const { client } = clientOf(`http://${apiKey.privateKey}.invalid`);
  await assert.rejects(
    client.send(look(), v.any()),
    (error: Error) => !error.message.includes(apiKey.privateKey),
  );
});
