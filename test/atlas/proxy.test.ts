import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import * as v from "valibot";
import { AtlasClient } from "../../provider/atlas/client";
import type { AtlasError } from "../../provider/atlas/errors/error";
import { readProxy } from "../../provider/atlas/proxy";
import { ConfigurationError, readSettings } from "../../provider/configuration";
import { FakeClock } from "../fakeClock";
import { look } from "./server";

const credentials = { MONGODB_ATLAS_PUBLIC_KEY: "public", MONGODB_ATLAS_PRIVATE_KEY: "private" };

/** What a request fails with where the environment names this proxy. */
async function failureThrough(environment: Record<string, string>): Promise<AtlasError> {
  const settings = readSettings(() => undefined, { ...credentials, ...environment });
  const client = new AtlasClient(settings, { clock: new FakeClock() });
  const failure = await client.send(look(), v.any()).then(
    () => assert.fail("no proxy of these lets anything through"),
    (error: AtlasError) => error,
  );
  await client.close();
  return failure;
}

/** A proxy that answers each request for a tunnel with a status. */
async function refusing(t: TestContext, status: number): Promise<{ port: number; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer().listen(0, "127.0.0.1");
  server.on("connect", (request, socket) => {
    asked.push(request.url ?? "");
    socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
  });
  await once(server, "listening");
  t.after(() => server.close());
  return { port: (server.address() as AddressInfo).port, asked };
}

describe("readProxy", () => {
  test("names nothing where no variable does", () => assert.deepEqual(readProxy({ NO_PROXY: "*" }), {}));

  for (const [text, url] of [
    ["proxy.corp.example:3128", "http://proxy.corp.example:3128/"],
    ["http://proxy.corp.example:3128", "http://proxy.corp.example:3128/"],
    ["https://proxy.corp.example", "https://proxy.corp.example/"],
    ["127.0.0.1:3128", "http://127.0.0.1:3128/"],
    ["ada:pass@proxy.corp.example:3128", "http://ada:pass@proxy.corp.example:3128/"],
  ] as const) {
    test(`reads ${text} as curl and Go do`, () => {
      const { proxy } = readProxy({ HTTPS_PROXY: text, NO_PROXY: "localhost" });
      assert.deepEqual(proxy?.environment, { https_proxy: url, no_proxy: "localhost" });
    });
  }

  test("prefers the variable in lower case, as Node does", () => {
    const { proxy } = readProxy({ HTTPS_PROXY: "upper:1", https_proxy: "lower:2" });
    assert.deepEqual([proxy?.variable, proxy?.host], ["https_proxy", "lower:2"]);
  });

  for (const text of [
    "http://ada:S3cret#Pa55@proxy.corp.example:3128",
    "http://ada:S3cret/Pa55@proxy.corp.example:3128",
    "http://ada:S3cret@:3128",
    "socks5://ada:S3cret@proxy.corp.example:1080",
    "http://",
  ]) {
    test(`refuses ${text} in a sentence without its password`, () => {
      assert.throws(
        () => readProxy({ HTTPS_PROXY: text }),
        (error: Error) => {
          assert.ok(error instanceof ConfigurationError);
          assert.match(error.message, /^HTTPS_PROXY must /);
          assert.ok(!inspect(error).includes("S3cret"));
          return true;
        },
      );
    });
  }

  test("shows no password, whatever is in the variable", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8 }), (noise) => {
        const password = `S3cret${noise}`;
        try {
          const { proxy } = readProxy({ HTTPS_PROXY: `http://ada:${password}@proxy.corp.example:3128` });
          assert.ok(!`${proxy?.host} ${proxy?.hostname}`.includes("S3cret"));
        } catch (error) {
          assert.ok(error instanceof ConfigurationError, String(error));
          assert.ok(!inspect(error).includes("S3cret"));
        }
      }),
    );
  });
});

describe("an Atlas behind a proxy", () => {
  test("that asks for a password is asked once, and the message names the variable", async (t) => {
    const { port, asked } = await refusing(t, 407);
    const error = await failureThrough({ HTTPS_PROXY: `http://ada:S3cret-Pa55@127.0.0.1:${port}` });
    assert.match(error.message, /does not accept the user name and password: check HTTPS_PROXY\.$/);
    assert.equal(error.mayHaveTakenEffect, false);
    assert.deepEqual(asked, ["cloud.mongodb.com:443"]);
    assert.ok(!inspect(error).includes("S3cret"));
  });

  test("that is named without a scheme is used", async (t) => {
    const { port, asked } = await refusing(t, 403);
    const error = await failureThrough({ HTTPS_PROXY: `127.0.0.1:${port}` });
    assert.match(
      error.message,
      /The proxy 127\.0\.0\.1:\d+ answered 403 and lets no connection through: check HTTPS_PROXY/,
    );
    assert.equal(asked.length, 1);
  });

  test("that refuses connections is named, and Atlas is not blamed", async (t) => {
    const closed = createTcpServer().listen(0, "127.0.0.1");
    await once(closed, "listening");
    const { port } = closed.address() as AddressInfo;
    closed.close();
    const error = await failureThrough({ https_proxy: `http://127.0.0.1:${port}` });
    assert.match(
      error.message,
      /Nothing accepts connections at 127\.0\.0\.1:\d+, the proxy that https_proxy names/,
    );
    assert.ok(!error.message.includes("baseUrl"));
    void t;
  });

  test("that does not resolve is named", async () => {
    const error = await failureThrough({ HTTPS_PROXY: "http://proxy-host.invalid:3128" });
    assert.match(
      error.message,
      /The host name proxy-host\.invalid of the proxy that HTTPS_PROXY names does not resolve/,
    );
  });
});
