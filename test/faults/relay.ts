import { createServer, type IncomingHttpHeaders, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { AtlasSimulator } from "../simulator/simulator";

/** An answer as it goes over the wire. */
export interface WireAnswer {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

/** What becomes of one answer. */
export interface Tampering {
  /** Atlas does not get the request. */
  readonly instead?: boolean;
  readonly apply: (answer: WireAnswer) => WireAnswer;
}

/** Stands between a client and the simulator, and changes answers byte by byte. */
export class Relay {
  /** Says what becomes of the answer to a request, such as `GET /api/…`; by default nothing. */
  tamper: (request: string) => Tampering | undefined = () => undefined;
  private readonly server: Server;

  private constructor(simulator: AtlasSimulator) {
    this.server = createServer(async (incoming, outgoing) => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) {
        chunks.push(chunk as Buffer);
      }
      const { method = "", url = "" } = incoming;
      const tampering = this.tamper(`${method} ${url}`);
      const good = tampering?.instead
        ? { status: 200, headers: { "content-type": "application/json" }, body: Buffer.from("{}") }
        : await forward(simulator, { method, url, headers: incoming.headers }, Buffer.concat(chunks));
      const { status, headers, body } = tampering?.apply(good) ?? good;
      try {
        outgoing.writeHead(status, { ...headers, "content-length": String(body.length) });
        outgoing.end(body);
      } catch {
        // Node refuses to send what no server could; a test would see it as a broken connection.
        outgoing.destroy();
      }
    });
    this.server.keepAliveTimeout = 0;
  }

  static async start(simulator: AtlasSimulator): Promise<Relay> {
    const relay = new Relay(simulator);
    await new Promise<void>((resolve) => relay.server.listen(0, "127.0.0.1", resolve));
    return relay;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }
}

function forward(
  simulator: AtlasSimulator,
  asked: { method: string; url: string; headers: IncomingHttpHeaders },
  body: Buffer,
): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    const { method, headers } = asked;
    const outgoing = request(new URL(asked.url, simulator.url), { method, headers }, async (answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of answer) {
        chunks.push(chunk as Buffer);
      }
      const { connection: _, "transfer-encoding": __, ...kept } = answer.headers;
      const raw = Object.entries(kept).filter((entry): entry is [string, string | string[]] => !!entry[1]);
      resolve({
        status: answer.statusCode ?? 0,
        headers: Object.fromEntries(raw),
        body: Buffer.concat(chunks),
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
