import { ConfigurationError } from "./atlas/errors/configurationError";
import { readProxy } from "./atlas/proxy";
import { isLoopback, type Settings } from "./atlas/settings";
import { inPulumi, rotatedCredentials } from "./wording";

export { ConfigurationError };

const defaultBaseUrl = "https://cloud.mongodb.com";
const governmentBaseUrl = "https://cloud.mongodbgov.com";

/** The configuration keys, those of `@pulumi/mongodbatlas`, each with the variables it falls back to. */
const variables = {
  publicKey: ["MONGODB_ATLAS_PUBLIC_KEY", "MONGODB_ATLAS_PUBLIC_API_KEY", "MCLI_PUBLIC_API_KEY"],
  privateKey: ["MONGODB_ATLAS_PRIVATE_KEY", "MONGODB_ATLAS_PRIVATE_API_KEY", "MCLI_PRIVATE_API_KEY"],
  clientId: ["MONGODB_ATLAS_CLIENT_ID"],
  clientSecret: ["MONGODB_ATLAS_CLIENT_SECRET"],
  accessToken: ["MONGODB_ATLAS_ACCESS_TOKEN"],
  baseUrl: ["MONGODB_ATLAS_BASE_URL", "MCLI_OPS_MANAGER_URL"],
} as const;

type Key = keyof typeof variables;

/** Keys of `@pulumi/mongodbatlas` by which it fetches credentials from AWS, in the place of all others. */
const awsKeys = ["assumeRole", "secretName"] as const;

type Source = (key: Key) => string | undefined;

/**
 * Reads the settings. Configuration wins over the environment. Of one source, an access token wins over a service
 * account, and that over a key pair; the second half of a pair may come from the other source.
 *
 * @param getConfig the stack's configuration, asked for keys such as `mongodbatlas:publicKey`
 * @throws ConfigurationError when credentials are missing or incomplete, or an address is not acceptable
 */
export function readSettings(
  getConfig: (key: string) => string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Settings {
  // A key pasted into a CI secret often ends in a newline, which no header may carry.
  const configured = (key: string): string | undefined =>
    getConfig(`mongodbatlas:${key}`)?.trim() || undefined;
  const env: Source = (key) =>
    variables[key].map((name) => environment[name]?.trim()).find((value) => value) || undefined;
  const either: Source = (key) => configured(key) ?? env(key);

  const aws = awsKeys.find((key) => configured(key) !== undefined);
  if (aws !== undefined) {
    throw new ConfigurationError(
      `mongodbatlas:${aws} is set, and fetching credentials from AWS is something that only @pulumi/mongodbatlas can do. ` +
        "Fetch them before Pulumi runs, set them in the environment, and take the key out of this stack's configuration.",
    );
  }
  const baseUrl = readAddress();
  const credentials = readCredentials();
  const isConfigured = credentials.foundIn?.some((place) => place.startsWith("mongodbatlas:"));
  return {
    baseUrl,
    credentials,
    ...(isLoopback(new URL(baseUrl).hostname) ? {} : readProxy(environment)),
    ...inPulumi,
    wording: { ...inPulumi.wording, ...(isConfigured ? { rotatedCredentials } : {}) },
  };

  function readAddress(): string {
    const given = either("baseUrl");
    const baseUrl = given === undefined ? undefined : readBaseUrl(given, placeOf("baseUrl"));
    if (!readFlag("isMongodbgovCloud")) {
      return baseUrl ?? defaultBaseUrl;
    }
    const { hostname } = new URL(baseUrl ?? governmentBaseUrl);
    if (!hostname.endsWith(".mongodbgov.com") && !isLoopback(hostname)) {
      throw new ConfigurationError(
        `mongodbatlas:isMongodbgovCloud is true, but ${placeOf("baseUrl")} leads to ${hostname}: leave one of them out.`,
      );
    }
    return baseUrl ?? governmentBaseUrl;
  }

  function readFlag(key: string): boolean {
    const value = configured(key);
    if (value !== undefined && value !== "true" && value !== "false") {
      throw new ConfigurationError(
        `mongodbatlas:${key} must be true or false, but got '${value.slice(0, 20)}'.`,
      );
    }
    return value === "true";
  }

  function readCredentials(): Settings["credentials"] {
    for (const source of [configured, env] as Source[]) {
      const accessToken = source("accessToken");
      if (accessToken !== undefined) {
        return {
          kind: "accessToken",
          foundIn: [placeOf("accessToken")],
          accessToken: printable("accessToken", accessToken),
        };
      }
      if (source("clientId") ?? source("clientSecret")) {
        return {
          kind: "serviceAccount",
          foundIn: ["clientId", "clientSecret"].map((key) => placeOf(key as Key)),
          clientId: half("clientId", "clientSecret"),
          clientSecret: half("clientSecret", "clientId"),
        };
      }
      if (source("publicKey") ?? source("privateKey")) {
        return {
          kind: "apiKey",
          foundIn: ["publicKey", "privateKey"].map((key) => placeOf(key as Key)),
          publicKey: half("publicKey", "privateKey"),
          privateKey: half("privateKey", "publicKey"),
        };
      }
    }
    throw new ConfigurationError(
      "No Atlas credentials are configured. Set mongodbatlas:clientId and mongodbatlas:clientSecret (a service account) " +
        "or mongodbatlas:publicKey and mongodbatlas:privateKey (an API key) with `pulumi config set --secret`, " +
        `or the variables ${variables.clientId[0]} and ${variables.clientSecret[0]}, ` +
        `or ${variables.publicKey[0]} and ${variables.privateKey[0]}.`,
    );
  }

  function placeOf(key: Key): string {
    const variable = variables[key].find((name) => environment[name]?.trim());
    return configured(key) === undefined && variable !== undefined ? variable : `mongodbatlas:${key}`;
  }

  function half(key: Key, other: Key): string {
    const value = either(key);
    if (value === undefined) {
      throw new ConfigurationError(
        `mongodbatlas:${key} is missing, though ${placeOf(other)} is set. ` +
          `Set it with \`pulumi config set --secret mongodbatlas:${key}\` or in the variable ${variables[key][0]}.`,
      );
    }
    return printable(key, value);
  }

  function printable(key: Key, value: string): string {
    // These go into an Authorization header, where a quote or a control character would start another field.
    if (/[^\x21-\x7e]|["\\]/.test(value)) {
      throw new ConfigurationError(
        `${placeOf(key)} must be printable ASCII without spaces, quotes or backslashes. ` +
          "Copy it again from Atlas, without anything around it.",
      );
    }
    return value;
  }
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
