import type { Failure } from "../simulator/faults";
import type { AtlasSimulator } from "../simulator/simulator";

/** How one request fails. */
export interface Kind {
  /** What the simulator does with it; absent where the failure is made on the way there. */
  readonly server?: () => Failure & { when?: "before" | "after" };
  /** Nothing listens at the address. */
  readonly refused?: true;
  /** What the client sees is not a broken connection, but that its time is over. */
  readonly timeout?: true;
  /** What happens in Atlas just before the request arrives. */
  readonly prepare?: (simulator: AtlasSimulator) => void;
  /** The answer says in Atlas's own way that all is done, so that it must not be given where that is a lie. */
  readonly consents?: true;
}

const html = (status: number): Failure => raw(status, "<!doctype html><title>Sign in</title>", "text/html");

function raw(status: number, body: string, type = "application/json", headers = {}): Failure {
  return { raw: { status, headers: { "content-type": type, ...headers }, body } };
}

const errorCodeNull = (answer: unknown): unknown =>
  typeof answer === "object" && answer !== null && "errorCode" in answer
    ? { ...answer, errorCode: null }
    : (answer ?? {});

/** The same failure before Atlas has done what was asked, and after it. */
function beforeAndAfter<Name extends string>(name: Name, failure: Failure, more: Omit<Kind, "server"> = {}) {
  return {
    [`${name} before`]: { ...more, server: () => ({ ...failure, when: "before" }) },
    [`${name} after`]: { ...more, server: () => ({ ...failure, when: "after" }) },
  } as Record<`${Name} before` | `${Name} after`, Kind>;
}

const oddStatuses = [
  200, 201, 204, 301, 302, 304, 400, 401, 403, 404, 409, 410, 429, 500, 502, 503, 504,
] as const;

/** Bodies that stand below any status on the way between Atlas and its clients. */
const oddBodies = {
  HTML: ["<!doctype html><title>Sign in</title>", "text/html"],
  "cut JSON": ['{"links":[],"resul', "application/json"],
  "no body": ["", "text/plain"],
  "another form": ['{"message":"no","statusCode":1}', "application/json"],
  "another code": [
    '{"detail":"Cannot find resource.","error":0,"errorCode":"RESOURCE_NOT_FOUND","parameters":[],"reason":"?"}',
    "application/json",
  ],
} as const;

export type OddAnswer =
  `${(typeof oddStatuses)[number]} with ${keyof typeof oddBodies} ${"before" | "after"}`;

function oddAnswers(): Record<OddAnswer, Kind> {
  const all: Record<string, Kind> = {};
  for (const status of oddStatuses) {
    for (const [name, [body, type]] of Object.entries(oddBodies)) {
      const isObjectOrNothing = !["HTML", "cut JSON"].includes(name);
      const failure = raw(status, body.replace('"error":0', `"error":${status}`), type, extraHeaders(status));
      const consents =
        status < 300 && (status === 204 || isObjectOrNothing) ? { consents: true as const } : {};
      Object.assign(all, beforeAndAfter(`${status} with ${name}`, failure, consents));
    }
  }
  return all;
}

function extraHeaders(status: number): Record<string, string> {
  if (status === 301 || status === 302) {
    return { location: "/sign-in" };
  }
  return status === 503 ? { "retry-after": "2" } : {};
}

/** Every failure that a request may meet, by the name under which it is counted. */
export const kinds = {
  refused: { refused: true },
  ...beforeAndAfter("reset", { reset: true }),
  ...beforeAndAfter("timeout", { reset: true }, { timeout: true }),
  "429 with Retry-After": {
    server: () => ({ status: 429, errorCode: "RATE_LIMITED_TOKEN_BUCKET", headers: { "Retry-After": "3" } }),
  },
  "429 that says to come back at once": {
    server: () => ({ status: 429, errorCode: "RATE_LIMITED_TOKEN_BUCKET", headers: { "Retry-After": "0" } }),
  },
  "429 without Retry-After": { server: () => ({ status: 429, errorCode: null }) },
  "400 that throttles": { server: () => ({ status: 400, errorCode: "RATE_LIMITED_IP" }) },
  ...beforeAndAfter("500", { status: 500, errorCode: "UNEXPECTED_ERROR" }),
  ...beforeAndAfter("502 as HTML", html(502)),
  ...beforeAndAfter("503 under code null", { status: 503, errorCode: null }),
  ...beforeAndAfter("200 as HTML", html(200)),
  "cut-off JSON": { server: () => ({ cut: true }) },
  "a list of numbers": { server: () => ({ mutate: () => [17] }) },
  "an empty object": { server: () => ({ mutate: () => ({}) }) },
  "results that are text": { server: () => ({ mutate: () => ({ results: "none", totalCount: "0" }) }) },
  "a refusal under code null": { server: () => ({ mutate: errorCodeNull }) },
  "credentials that have expired": {
    prepare: (simulator) => {
      simulator.expireNonces();
      simulator.revokeTokens();
    },
  },
  "401 in the middle": { server: () => ({ status: 401, errorCode: "USER_UNAUTHORIZED" }) },
  "401 with another challenge": {
    server: () => raw(401, "", "text/plain", { "www-authenticate": 'Basic realm="proxy"' }),
  },
  "401 for a hidden project": { server: () => ({ status: 401, errorCode: "USER_CANNOT_ACCESS_GROUP" }) },
  "403 in the middle": { server: () => ({ status: 403, errorCode: "IP_ADDRESS_NOT_ON_ACCESS_LIST" }) },
} satisfies Record<string, Kind>;

const odd = oddAnswers();

export type KindName = keyof typeof kinds | OddAnswer;

export const kindNames = Object.keys(kinds) as (keyof typeof kinds)[];

export const oddAnswerNames = Object.keys(odd) as OddAnswer[];

export function kindOf(name: KindName): Kind {
  return name in odd ? odd[name as OddAnswer] : kinds[name as keyof typeof kinds];
}
