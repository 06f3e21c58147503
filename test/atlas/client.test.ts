import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, test } from "node:test";
import * as v from "valibot";
import { AtlasClient } from "../../provider/atlas/client";
import { AtlasError } from "../../provider/atlas/errors/error";
import { inPulumi } from "../../provider/wording";
import { FakeClock } from "../fakeClock";
import { look } from "./server";

const call = look();

/** A client of a server that does as it is told. */
async function against(
  listener: RequestListener,
  use: (client: AtlasClient, url: string) => Promise<void>,
  options: { attemptTimeoutMs?: number } = {},
): Promise<void> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { kind: "apiKey", publicKey: "public", privateKey: "the-private-key" } as const;
  try {
    const settings = { baseUrl, credentials, ...inPulumi };
    await use(new AtlasClient(settings, { clock: new FakeClock(), ...options }), baseUrl);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe("AtlasClient", () => {
  test("names itself, the version of the API and nothing that it was not told", () =>
    against(
      (request, response) => {
        assert.equal(request.headers.accept, "application/vnd.atlas.2025-03-12+json");
        assert.match(request.headers["user-agent"] ?? "", /^mongodbatlas-dynamic\/\d+\.\d+\.\d+ \(Pulumi\)$/);
        response.end('{"ok":true}');
      },
      async (client) => {
        const { body } = await client.send(call, v.object({ ok: v.boolean() }));
        assert.deepEqual(body, { ok: true });
      },
    ));

  test("ends an answer that trickles in for ever, and says how long it waited", () =>
    against(
      (_request, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        const drip = setInterval(() => response.write(" "), 10);
        response.once("close", () => clearInterval(drip));
      },
      async (client) => {
        await assert.rejects(
          client.send({ ...call, method: "POST", idempotent: false }, v.any()),
          (error: Error) => {
            assert.ok(error instanceof AtlasError);
            assert.match(
              error.message,
              /^Could not list the users: POST \S+ got no answer within 0\.1 s\. Check that 127/,
            );
            assert.ok(error.mayHaveTakenEffect);
            return true;
          },
        );
      },
      { attemptTimeoutMs: 100 },
    ));

  test("follows no redirect, so that its proof reaches no other host", async () => {
    const asked: string[] = [];
    await against(
      (request, response) => {
        asked.push(request.url ?? "");
        response.end("{}");
      },
      (_other, elsewhere) =>
        against(
          (_request, response) => {
            response.writeHead(302, { location: `${elsewhere}/stolen` }).end();
          },
          async (client) => {
            await assert.rejects(client.send(call, v.any()), (error: Error) => {
              assert.match(
                error.message,
                /was answered 302\. Redirects are not followed.*check mongodbatlas:baseUrl/,
              );
              return true;
            });
          },
        ),
    );
    assert.deepEqual(asked, []);
  });

  test("stops reading an answer that is larger than any of Atlas's", () =>
    against(
      (_request, response) => {
        response.end(`"${"x".repeat(17 * 1024 * 1024)}"`);
      },
      async (client) => {
        await assert.rejects(client.send({ ...call, idempotent: false }, v.any()), AtlasError);
      },
    ));

  test("goes through no proxy to a loopback host", async () => {
    process.env["HTTP_PROXY"] = process.env["http_proxy"] = "http://127.0.0.1:9";
    try {
      await against(
        (_request, response) => response.end("{}"),
        async (client) => {
          await client.send(call, v.any());
        },
      );
    } finally {
      delete process.env["HTTP_PROXY"];
      delete process.env["http_proxy"];
    }
  });
});
