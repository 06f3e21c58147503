import type { Failure } from "../atlas/faults";
import type { AtlasSimulator } from "../atlas/simulator";

/** How one request fails. */
export interface Kind {
  /** What the simulator does with it; absent where the failure is made on the way there. */
  readonly server?: (answer?: unknown) => Failure & { when?: "before" | "after" };
  /** Nothing listens at the address. */
  readonly refused?: true;
  /** What the client sees is not a broken connection, but that its time is over. */
  readonly timeout?: true;
  /** What happens in Atlas just before the request arrives. */
  readonly prepare?: (simulator: AtlasSimulator) => void;
}

const html = (status: number): Failure => ({
  raw: { status, headers: { "content-type": "text/html" }, body: "<!doctype html><title>Sign in</title>" },
});

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

/** Every failure that a request may meet, by the name under which it is counted. */
export const kinds = {
  refused: { refused: true },
  ...beforeAndAfter("reset", { reset: true }),
  ...beforeAndAfter("timeout", { reset: true }, { timeout: true }),
  "429 with Retry-After": {
    server: () => ({ status: 429, errorCode: "RATE_LIMITED", headers: { "Retry-After": "3" } }),
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
  "403 in the middle": { server: () => ({ status: 403, errorCode: "IP_ADDRESS_NOT_ON_ACCESS_LIST" }) },
} satisfies Record<string, Kind>;

export type KindName = keyof typeof kinds;

export const kindNames = Object.keys(kinds) as KindName[];
