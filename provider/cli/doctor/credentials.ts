import type { AnswerHeaders } from "../../atlas/answerHeaders";
import { AtlasClient } from "../../atlas/client";
import { listRateLimits } from "../../atlas/operations/index";
import type { Settings } from "../../atlas/settings";
import type { Output } from "../output";
import { type Asking, ask } from "./asked";
import { type Check, check, notAsked } from "./check";
import { checkLimits } from "./limits";
import { lookAtPlaces } from "./places";
import { checkRetirements } from "./retirements";
import { checkRoles } from "./roles";
import type { StackFacts } from "./stack";

/** What each kind of credentials is called, and the keys of its parts in the order of `foundIn`. */
const kinds = {
  apiKey: { name: "an API key", parts: ["public key", "private key"] },
  serviceAccount: { name: "a service account", parts: ["client id", "client secret"] },
  accessToken: { name: "an access token", parts: ["token"] },
} as const;

/**
 * Checks one set of credentials: that Atlas accepts them, and what they see and may do of what a stack needs. Their values
 * are in nothing that it returns.
 */
export async function checkCredentials(
  settings: Settings,
  stack: StackFacts,
  { progress }: Pick<Output, "progress">,
  nowMs: number,
): Promise<Check[]> {
  const headers: AnswerHeaders[] = [];
  const client = new AtlasClient(inDoctor(settings), {
    report: progress.note,
    // They have a check of their own.
    warn: () => {},
    onHeaders: (each) => headers.push(each),
  });
  progress.show("Asking Atlas what the credentials see");
  try {
    return await checkWith({ client, headers }, settings, stack, nowMs);
  } finally {
    progress.end();
    await client.close();
  }
}

async function checkWith(
  asking: Asking,
  settings: Settings,
  stack: StackFacts,
  nowMs: number,
): Promise<Check[]> {
  const { found, data } = describe(settings);
  // Every role may ask for the limits, so that the answer is about the credentials alone.
  const first = await ask(asking, listRateLimits, {});
  if (first.kind === "failed" && !first.isLimited) {
    return [
      check("credentials", { found, data: { ...data, accepted: false }, toDo: [first.reason] }),
      ...notAsked("the first request with these credentials has failed"),
      checkRetirements(asking.headers, nowMs),
    ];
  }
  const places = await lookAtPlaces(asking, stack);
  const roles = await checkRoles(asking, stack, places);
  const limits = await checkLimits(asking, places);
  return [
    check("credentials", {
      found: [...found, "Atlas accepts the credentials."],
      data: { ...data, accepted: true },
    }),
    places.check,
    roles,
    limits,
    checkRetirements(asking.headers, nowMs),
  ];
}

function describe({ credentials, baseUrl }: Settings): { found: string[]; data: object } {
  const { name, parts } = kinds[credentials.kind];
  const from = parts.map((part, index) => ({
    part,
    from: credentials.foundIn?.[index] ?? "an unknown place",
  }));
  return {
    found: [
      `The credentials are ${name}: ${from.map((each) => `the ${each.part} comes from ${each.from}`).join(", ")}.`,
      `Atlas is asked at ${baseUrl}.`,
    ],
    data: { kind: credentials.kind, parts: from, baseUrl },
  };
}

/** Advice that fits a command which waits only shortly. */
function inDoctor(settings: Settings): Settings {
  const { wording } = settings;
  return wording === undefined
    ? settings
    : { ...settings, wording: { ...wording, allowMoreTime: "wait that long first" } };
}
