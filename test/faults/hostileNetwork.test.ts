import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer } from "node:net";
import { afterEach, describe, test } from "node:test";
import * as v from "valibot";
import { AtlasClient } from "../../provider/atlas/client";
import { AtlasError } from "../../provider/atlas/errors/error";
import type { AtlasRequest } from "../../provider/atlas/request";
import type { Settings } from "../../provider/atlas/settings";
import { FakeClock } from "../fakeClock";

const id = "5f1b3c2a9d8e7f6a5b4c3d2e";
const apiKey = { kind: "apiKey", publicKey: "public", privateKey: "canary-private" } as const;
const account = { kind: "serviceAccount", clientId: "client", clientSecret: "canary-secret" } as const;

const call: AtlasRequest = {
  operation: "listGroupUsers",
  method: "GET",
  path: `/groups/${id}/users`,
  idempotent: false,
  summary: "list the users",
  requiredRole: "Project Read Only",
  rateLimitSet: "users",
};

/** A server on loopback, and what it was asked. */
async function listen(
  listener: RequestListener,
): Promise<{ url: string; seen: IncomingMessage[]; stop(): void }> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    listener(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const clientOf = (
  baseUrl: string,
  credentials: Settings["credentials"] = apiKey,
  attemptTimeoutMs = 60_000,
) => new AtlasClient({ baseUrl, credentials }, { clock: new FakeClock(), attemptTimeoutMs });

describe("a redirect to another host", () => {
  for (const credentials of [apiKey, account]) {
    for (const status of [301, 302, 303, 307, 308]) {
      test(`with ${status} is not followed by a ${credentials.kind}`, async () => {
        const thief = await listen((_request, response) => response.end("{}"));
        const front = await listen((request, response) => {
          if (request.url === "/api/oauth/token") {
            response.end('{"access_token":"canary-token","expires_in":3600}');
          } else if (request.headers.authorization === undefined) {
            response.writeHead(401, { "www-authenticate": 'Digest realm="r", nonce="n", qop="auth"' }).end();
          } else {
            response.writeHead(status, { location: `${thief.url}${request.url}` }).end();
          }
        });
        try {
          for (const method of ["GET", "POST"] as const) {
            await assert.rejects(
              clientOf(front.url, credentials).send({ ...call, method }, v.any()),
              (error: Error) =>
                error instanceof AtlasError && error.message.includes("Redirects are not followed"),
            );
          }
          assert.ok(front.seen.some(({ headers }) => headers.authorization !== undefined));
          assert.deepEqual(thief.seen, []);
        } finally {
          front.stop();
          thief.stop();
        }
      });
    }
  }

  test("is not followed where the token is asked for", async () => {
    const thief = await listen((_request, response) => response.end('{"access_token":"x","expires_in":9}'));
    const front = await listen((request, response) =>
      response.writeHead(307, { location: `${thief.url}${request.url}` }).end(),
    );
    try {
      await assert.rejects(clientOf(front.url, account).send(call, v.any()), AtlasError);
      assert.deepEqual(thief.seen, []);
    } finally {
      front.stop();
      thief.stop();
    }
  });
});

describe("a proxy that the environment names", () => {
  const variables = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
  const kept = { ...process.env };
  afterEach(() => {
    for (const name of [...variables, "NO_PROXY", "no_proxy"]) {
      if (kept[name] === undefined) {
        delete process.env[name];
      } else {
        process.env[name] = kept[name];
      }
    }
  });

  const useProxy = (url: string): void => {
    for (const name of variables) {
      process.env[name] = url;
    }
    delete process.env.NO_PROXY;
    delete process.env.no_proxy;
  };

  test("gets nothing that is for this machine", async () => {
    const proxy = await listen((_request, response) => response.end());
    const front = await listen((_request, response) => response.end("{}"));
    useProxy(proxy.url);
    try {
      await clientOf(front.url).send(call, v.any());
      await clientOf(front.url.replace("127.0.0.1", "localhost")).send(call, v.any());
      assert.equal(front.seen.length, 2);
      assert.deepEqual(proxy.seen, []);
    } finally {
      proxy.stop();
      front.stop();
    }
  });

  test("gets a tunnel to Atlas to carry, and no credential to see", async () => {
    const heard: string[] = [];
    const proxy = createTcpServer((socket) => {
      socket.on("data", (data) => {
        heard.push(data.toString("latin1"));
        socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      });
      socket.on("error", () => {});
    }).listen(0, "127.0.0.1");
    await once(proxy, "listening");
    useProxy(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    try {
      await assert.rejects(clientOf("https://atlas.invalid", account).send(call, v.any()), AtlasError);
      assert.ok(heard.length > 0);
      for (const text of heard) {
        assert.match(text, /^CONNECT atlas\.invalid:443 /);
        assert.ok(!/authorization|canary/i.test(text));
      }
    } finally {
      proxy.close();
    }
  });
});

describe("an answer that never ends", () => {
  const drip = {
    headers: "HTTP/1.1 200 OK\r\nX: ",
    body: "HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n",
  };

  for (const [part, start] of Object.entries(drip)) {
    test(`trickling in its ${part}, is over when the time of the attempt is`, async () => {
      const server = createTcpServer((socket) => {
        socket.write(start);
        const timer = setInterval(() => socket.write("x"), 5);
        socket.on("error", () => {});
        socket.on("close", () => clearInterval(timer));
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      const begin = performance.now();
      try {
        const { port } = server.address() as AddressInfo;
        await assert.rejects(
          clientOf(`http://127.0.0.1:${port}`, apiKey, 100).send(call, v.any()),
          (error: Error) => error instanceof AtlasError && /got no answer within 0.1 s/.test(error.message),
        );
        assert.ok(performance.now() - begin < 5_000);
      } finally {
        server.close();
      }
    });
  }

  test("nothing at all, is over then as well", async () => {
    const server = createTcpServer((socket) => void socket.on("error", () => {})).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const idle = connect(port, "127.0.0.1");
    try {
      await assert.rejects(clientOf(`http://127.0.0.1:${port}`, apiKey, 50).send(call, v.any()), AtlasError);
    } finally {
      idle.destroy();
      server.close();
    }
  });
});
