import { ConfigurationError } from "../atlas/errors/configurationError";
import { readProxy } from "../atlas/proxy";
import { isLoopback, type Settings } from "../atlas/settings";
import type { Wording } from "../atlas/wording";
import { inPulumi, rotatedCredentials, rotatedInputs } from "../wording";
import { credentialKinds, credentialParts, type Key, settingName, standardVariables } from "./keys";
import { type Environment, type GetConfig, type Sources, sourcesOf } from "./sources";

export { ConfigurationError };

const defaultBaseUrl = "https://cloud.mongodb.com";
const governmentBaseUrl = "https://cloud.mongodbgov.com";

/** Keys with which `@pulumi/mongodbatlas` fetches credentials from AWS instead of all others. */
const awsKeys = ["assumeRole", "secretName"] as const;

/**
 * Reads the settings. Configuration wins over the environment. Of one source, an access token wins over a service
 * account, and a service account over a key pair; the second half of a pair may come from the other source. A `Provider`
 * has one kind of credentials, all of it its own.
 *
 * @param getConfig the stack's configuration, asked for keys such as `mongodbatlas:publicKey`, or the inputs of a `Provider`
 * @throws ConfigurationError when credentials are missing or incomplete, or an address is not acceptable
 */
export function readSettings(getConfig: GetConfig, environment: Environment): Settings {
  const sources = sourcesOf(getConfig, environment);
  refuseAws(sources);
  const baseUrl = readAddress(sources);
  const credentials = readCredentials(sources);
  return {
    baseUrl,
    credentials,
    ...(isLoopback(new URL(baseUrl).hostname) ? {} : readProxy(environment)),
    ...inPulumi,
    wording: {
      ...inPulumi.wording,
      baseUrl: sources.placeOf("baseUrl"),
      ...rotationOf(credentials, sources),
    },
  };
}

/** What to say of rotated credentials: those in a state are the ones of the last update, and those of a variable the newest. */
function rotationOf({ foundIn }: Settings["credentials"], { provider }: Sources): Partial<Wording> {
  const isInState = foundIn?.some((place) => /^mongodbatlas:| of Provider /.test(place));
  return isInState ? { rotatedCredentials: provider === undefined ? rotatedCredentials : rotatedInputs } : {};
}

function refuseAws(sources: Sources): void {
  const key = awsKeys.find((each) => sources.own(each) !== undefined);
  if (key !== undefined) {
    throw new ConfigurationError(
      `${settingName(key)} is set, and fetching credentials from AWS is something that only @pulumi/mongodbatlas can do. ` +
        "Fetch them before Pulumi runs, set them in the environment, and take the key out of this stack's configuration.",
    );
  }
}

function readAddress(sources: Sources): string {
  const given = sources.either("baseUrl");
  const place = sources.placeOf("baseUrl");
  const baseUrl = given === undefined ? undefined : readBaseUrl(given, place);
  if (!readFlag(sources, "isMongodbgovCloud")) {
    return baseUrl ?? defaultBaseUrl;
  }
  const { hostname } = new URL(baseUrl ?? governmentBaseUrl);
  if (!hostname.endsWith(".mongodbgov.com") && !isLoopback(hostname)) {
    throw new ConfigurationError(
      `${sources.placeOf("isMongodbgovCloud")} is true, but ${place} leads to ${hostname}: leave one of them out.`,
    );
  }
  return baseUrl ?? governmentBaseUrl;
}

function readFlag(sources: Sources, key: string): boolean {
  const value = sources.own(key);
  if (value !== undefined && value !== "true" && value !== "false") {
    throw new ConfigurationError(
      `${sources.placeOf(key)} must be true or false, but got '${value.slice(0, 20)}'.`,
    );
  }
  return value === "true";
}

function readCredentials(sources: Sources): Settings["credentials"] {
  for (const source of sources.credentials) {
    const kinds = credentialKinds.filter((kind) => credentialParts[kind].some((key) => source(key)));
    const [kind, other] = kinds;
    if (sources.hasOneKind && other !== undefined) {
      throw new ConfigurationError(
        `Provider ${sources.provider} has two kinds of credentials: give it an API key (publicKey, privateKey) or a service account (clientId, clientSecret).`,
      );
    }
    if (kind !== undefined) {
      const parts: readonly Key[] = credentialParts[kind];
      const values = parts.map((key) => [key, readPart(sources, key, parts)] as const);
      const foundIn = parts.map((key) => sources.placeOf(key));
      return { kind, foundIn, ...Object.fromEntries(values) } as Settings["credentials"];
    }
  }
  throw new ConfigurationError(sources.provider === undefined ? noCredentials : without(sources.provider));
}

const standardPairs =
  `the variables ${standardVariables.clientId[0]} and ${standardVariables.clientSecret[0]}, ` +
  `or ${standardVariables.publicKey[0]} and ${standardVariables.privateKey[0]}`;

const noCredentials =
  "No Atlas credentials are configured. Set mongodbatlas:clientId and mongodbatlas:clientSecret (a service account) " +
  "or mongodbatlas:publicKey and mongodbatlas:privateKey (an API key) with `pulumi config set --secret`, " +
  `or ${standardPairs}.`;

function without(provider: string): string {
  return (
    `Provider ${provider} has no Atlas credentials. Name the variables that have them in its environmentVariables, ` +
    `give it clientId and clientSecret or publicKey and privateKey, or set ${standardPairs}.`
  );
}

/**
 * Reads a part of credentials.
 *
 * @param parts all parts, of which at least one is set
 */
function readPart(sources: Sources, key: Key, parts: readonly Key[]): string {
  const value = sources.either(key);
  if (value === undefined) {
    const other = parts.find((part) => part !== key && sources.either(part) !== undefined) ?? key;
    const missing = sources.provider === undefined ? settingName(key) : sources.placeOf(key);
    throw new ConfigurationError(
      `${missing} is missing, though ${sources.placeOf(other)} is set. ${sources.completing(key)}`,
    );
  }
  // It goes into an Authorization header, where a quote or a control character would start another field.
  if (/[^\x21-\x7e]|["\\]/.test(value)) {
    throw new ConfigurationError(
      `${sources.placeOf(key)} must be printable ASCII without spaces, quotes or backslashes. ` +
        "Copy it again from Atlas, without anything around it.",
    );
  }
  return value;
}

function readBaseUrl(text: string, place: string): string {
  const refuse = (problem: string): never => {
    throw new ConfigurationError(
      `${place} ${problem}. Set it to an address such as ${defaultBaseUrl}, or leave it out.`,
    );
  };
  if (!URL.canParse(text)) {
    return refuse("must be an absolute URL");
  }
  const url = new URL(text);
  // The offending text is left out of these sentences: it may hold a password.
  if (url.username || url.password) {
    return refuse("must not contain a user name or password");
  }
  if (url.search || url.hash || url.pathname.replace(/\/+$/, "")) {
    return refuse("must not have a path, a query or a fragment");
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    return refuse(
      `must start with https:// (plain http only reaches a loopback host, and ${url.host} is not one)`,
    );
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    return refuse("must start with https://");
  }
  return url.origin;
}
