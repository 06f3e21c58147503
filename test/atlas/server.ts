import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { AtlasClient, type ClientOptions } from "../../provider/atlas/client";
import type { AtlasRequest } from "../../provider/atlas/request";
import type { Settings } from "../../provider/atlas/settings";
import { inPulumi } from "../../provider/wording";
import { FakeClock } from "../fakeClock";

/** A server on loopback that does as it is told, until the test ends. */
export async function serve(
  t: TestContext,
  listener: RequestListener,
): Promise<{ url: string; seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    listener(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

export const apiKey = { kind: "apiKey", publicKey: "public", privateKey: "the-private-key" } as const;
export const account = { kind: "serviceAccount", clientId: "client", clientSecret: "the-secret" } as const;

/** A client of a server, with a clock that waits for nobody, and what it reports. */
export function clientOf(
  baseUrl: string,
  { credentials = apiKey, ...options }: ClientOptions & { credentials?: Settings["credentials"] } = {},
) {
  const reports: string[] = [];
  const clock = new FakeClock();
  const client = new AtlasClient(
    { baseUrl, credentials, ...inPulumi },
    { clock, random: () => 0, report: (line) => reports.push(line), ...options },
  );
  return { client, clock, reports };
}

/** A look at the users of a project. */
export function look(change: Partial<AtlasRequest> = {}): AtlasRequest {
  return {
    operation: "listGroupUsers",
    method: "GET",
    path: "/groups/5f1b3c2a9d8e7f6a5b4c3d2e/users",
    idempotent: true,
    summary: "list the users",
    requiredRole: "Project Read Only",
    rateLimitSet: "users",
    ...change,
  };
}

/** A cut-over, which must happen once. */
export function cutover(change: Partial<AtlasRequest> = {}): AtlasRequest {
  return look({
    operation: "cutoverGroupLiveMigration",
    method: "PUT",
    idempotent: false,
    once: true,
    summary: "cut over",
    rateLimitSet: "migrations",
    ...change,
  });
}
