import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { TestContext } from "node:test";
import { BASIC, buildAuthorizationHeader, DIGEST, parseWWWAuthenticateHeader } from "http-auth-utils";
import type { Keys } from "./credentials";
import { AtlasSimulator, type SimulatorOptions } from "./simulator";

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; an empty object where there is none, or no JSON. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Sent {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly version?: string;
}

/** What of a request about tokens is not as it must be. */
interface FormOptions {
  readonly form?: string;
  readonly secret?: string;
  readonly authorization?: string;
  readonly type?: string;
}

const defaultVersion = "2025-03-12";

/** A small client of Atlas for the tests of the simulator, with HTTP Digest of its own. */
export class TestClient {
  readonly #url: string;
  readonly #keys: Keys;
  #challenge: Record<string, string | undefined> | undefined;
  #count = 0;

  constructor(url: string, keys: Keys) {
    this.#url = url;
    this.#keys = keys;
  }

  get(path: string, sent: Sent = {}): Promise<Reply> {
    return this.send("GET", path, sent);
  }

  post(path: string, body?: unknown): Promise<Reply> {
    return this.send("POST", path, body === undefined ? {} : { body });
  }

  /** Paths are relative to `/api/atlas/v2`. */
  async send(method: string, path: string, sent: Sent = {}): Promise<Reply> {
    const uri = `/api/atlas/v2${path}`;
    for (let attempt = 1; ; attempt += 1) {
      const authorization = this.#authorization(method, uri);
      const reply = await this.sendAs(authorization, method, path, sent);
      const challenge = reply.headers.get("www-authenticate");
      if (reply.status !== 401 || challenge === null || attempt === 2) {
        return reply;
      }
      this.#challenge = { ...parseWWWAuthenticateHeader(challenge, [DIGEST]).data };
      this.#count = 0;
    }
  }

  /** One request with this `Authorization`, or none. */
  async sendAs(
    authorization: string | undefined,
    method: string,
    path: string,
    { body, headers = {}, version = defaultVersion }: Sent = {},
  ): Promise<Reply> {
    const type = `application/vnd.atlas.${version}+json`;
    const response = await fetch(`${this.#url}/api/atlas/v2${path}`, {
      method,
      headers: {
        accept: type,
        ...(body === undefined ? {} : { "content-type": type }),
        ...(authorization === undefined ? {} : { authorization }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return replyOf(response);
  }

  /** Asks for a token. */
  token(options: FormOptions = {}): Promise<Reply> {
    return this.#sendForm("/api/oauth/token", "grant_type=client_credentials", options);
  }

  /** Gives a token back. */
  revoke(token: string, options: FormOptions = {}): Promise<Reply> {
    const form = new URLSearchParams({ token, token_type_hint: "access_token" });
    return this.#sendForm("/api/oauth/revoke", form.toString(), options);
  }

  async #sendForm(path: string, form: string, options: FormOptions): Promise<Reply> {
    const basic = buildAuthorizationHeader(BASIC, {
      username: encodeURIComponent(this.#keys.clientId),
      password: encodeURIComponent(options.secret ?? this.#keys.clientSecret),
    });
    const response = await fetch(`${this.#url}${path}`, {
      method: "POST",
      headers: {
        authorization: options.authorization ?? basic,
        "content-type": options.type ?? "application/x-www-form-urlencoded",
      },
      body: options.form ?? form,
    });
    return replyOf(response);
  }

  #authorization(method: string, uri: string): string | undefined {
    if (!this.#challenge) {
      return undefined;
    }
    this.#count += 1;
    return digestHeader({
      keys: this.#keys,
      nonce: this.#challenge.nonce ?? "",
      nc: this.#count.toString(16).padStart(8, "0"),
      method,
      uri,
    });
  }
}

export function digestHeader(said: {
  keys: Keys;
  nonce: string;
  nc: string;
  method: string;
  uri: string;
  /** What the hash is computed over, where it shall differ from what is said. */
  hashedUri?: string;
}): string {
  const { keys, nonce, nc, method, uri } = said;
  const cnonce = randomBytes(8).toString("hex");
  const realm = "MMS Public API";
  const response = DIGEST.computeHash({
    username: keys.publicKey,
    password: keys.privateKey,
    realm,
    method,
    uri: said.hashedUri ?? uri,
    nonce,
    nc,
    cnonce,
    qop: "auth",
    algorithm: "md5",
  });
  return (
    `Digest username="${keys.publicKey}", realm="${realm}", nonce="${nonce}", uri="${uri}", ` +
    `cnonce="${cnonce}", nc=${nc}, qop=auth, response="${response}", algorithm="MD5"`
  );
}

async function replyOf(response: Response): Promise<Reply> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: jsonOf(text) };
}

function jsonOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    // Nothing, or deliberately broken: the test looks at the text.
    return {};
  }
}

/** The rows of a page, or of a bare list. */
export function rowsOf(reply: Reply): Record<string, unknown>[] {
  const rows = Array.isArray(reply.body) ? reply.body : reply.body.results;
  assert.ok(Array.isArray(rows), reply.text);
  return rows as Record<string, unknown>[];
}

export function usernamesOf(reply: Reply): unknown[] {
  return rowsOf(reply).map((row) => row.username);
}

/** Asserts the status and the code of an error, and that the body has Atlas's form. */
export function assertRefused(reply: Reply, status: number, errorCode: string | null): void {
  assert.deepEqual(
    { status: reply.status, errorCode: reply.body.errorCode },
    { status, errorCode },
    reply.text,
  );
  assert.equal(reply.body.error, status);
  assert.equal(reply.headers.get("content-type"), "application/json");
  assert.equal(reply.headers.get("x-error-code"), errorCode);
}

export interface Setting {
  readonly simulator: AtlasSimulator;
  readonly client: TestClient;
  readonly organizationId: string;
  readonly projectId: string;
}

/** A simulator with one organization and one project. It must end without a violation of the contract. */
export async function atlas(t: TestContext, options: SimulatorOptions = {}): Promise<Setting> {
  const setting = await atlasWithViolations(t, options);
  t.after(() => assert.deepEqual(setting.simulator.violations, []));
  return setting;
}

/** Like {@link atlas}, for tests that break the contract on purpose. */
export async function atlasWithViolations(t: TestContext, options: SimulatorOptions = {}): Promise<Setting> {
  const simulator = await AtlasSimulator.start(options);
  t.after(() => simulator.stop());
  const organizationId = simulator.world.createOrganization();
  const projectId = simulator.world.createProject(organizationId);
  return { simulator, client: new TestClient(simulator.url, simulator.keys), organizationId, projectId };
}
