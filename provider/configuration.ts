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

/** Keys with which `@pulumi/mongodbatlas` fetches credentials from AWS instead of all others. */
const awsKeys = ["assumeRole", "secretName"] as const;

/** Reads a key from one source; `undefined` when it is not set there. */
type Source = (key: Key) => string | undefined;

type GetConfig = (key: string) => string | undefined;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings. Configuration wins over the environment. Of one source, an access token wins over a service
 * account, and a service account over a key pair; the second half of a pair may come from the other source.
 *
 * @param getConfig the stack's configuration, asked for keys such as `mongodbatlas:publicKey`
 * @throws ConfigurationError when credentials are missing or incomplete, or an address is not acceptable
 */
export function readSettings(getConfig: GetConfig, environment: Environment): Settings {
  const sources = new Sources(getConfig, environment);
  refuseAws(sources);
  const baseUrl = readAddress(sources);
  const credentials = readCredentials(sources);
  const isConfigured = credentials.foundIn?.some((place) => place.startsWith("mongodbatlas:"));
  return {
    baseUrl,
    credentials,
    ...(isLoopback(new URL(baseUrl).hostname) ? {} : readProxy(environment)),
    ...inPulumi,
    wording: { ...inPulumi.wording, ...(isConfigured ? { rotatedCredentials } : {}) },
  };
}

/** Where settings come from: the stack's configuration and the environment. */
class Sources {
  constructor(
    private readonly getConfig: GetConfig,
    private readonly environment: Environment,
  ) {}

  readonly configuration = (key: string): string | undefined =>
    // A key pasted into a CI secret often ends in a newline, which no header may carry.
    this.getConfig(`mongodbatlas:${key}`)?.trim() || undefined;

  readonly variables: Source = (key) => {
    const name = this.variableOf(key);
    return name === undefined ? undefined : this.environment[name]?.trim();
  };

  either(key: Key): string | undefined {
    return this.configuration(key) ?? this.variables(key);
  }

  /** What the user has set or may set, for messages: a configuration key or a variable. */
  placeOf(key: Key): string {
    const variable = this.configuration(key) === undefined ? this.variableOf(key) : undefined;
    return variable ?? `mongodbatlas:${key}`;
  }

  /** The first variable of a key that is set. */
  private variableOf(key: Key): string | undefined {
    return variables[key].find((name) => this.environment[name]?.trim());
  }
}

function refuseAws(sources: Sources): void {
  const key = awsKeys.find((each) => sources.configuration(each) !== undefined);
  if (key !== undefined) {
    throw new ConfigurationError(
      `mongodbatlas:${key} is set, and fetching credentials from AWS is something that only @pulumi/mongodbatlas can do. ` +
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
      `mongodbatlas:isMongodbgovCloud is true, but ${place} leads to ${hostname}: leave one of them out.`,
    );
  }
  return baseUrl ?? governmentBaseUrl;
}

function readFlag(sources: Sources, key: string): boolean {
  const value = sources.configuration(key);
  if (value !== undefined && value !== "true" && value !== "false") {
    throw new ConfigurationError(
      `mongodbatlas:${key} must be true or false, but got '${value.slice(0, 20)}'.`,
    );
  }
  return value === "true";
}

function readCredentials(sources: Sources): Settings["credentials"] {
  const foundIn = (...keys: Key[]): string[] => keys.map((key) => sources.placeOf(key));
  for (const source of [sources.configuration, sources.variables]) {
    if (source("accessToken") !== undefined) {
      return {
        kind: "accessToken",
        foundIn: foundIn("accessToken"),
        accessToken: readPart(sources, "accessToken"),
      };
    }
    if (source("clientId") ?? source("clientSecret")) {
      return {
        kind: "serviceAccount",
        foundIn: foundIn("clientId", "clientSecret"),
        clientId: readPart(sources, "clientId", "clientSecret"),
        clientSecret: readPart(sources, "clientSecret", "clientId"),
      };
    }
    if (source("publicKey") ?? source("privateKey")) {
      return {
        kind: "apiKey",
        foundIn: foundIn("publicKey", "privateKey"),
        publicKey: readPart(sources, "publicKey", "privateKey"),
        privateKey: readPart(sources, "privateKey", "publicKey"),
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

/**
 * Reads a part of credentials.
 *
 * @param other the other half of a pair, which is set
 */
function readPart(sources: Sources, key: Key, other: Key = key): string {
  const value = sources.either(key);
  if (value === undefined) {
    throw new ConfigurationError(
      `mongodbatlas:${key} is missing, though ${sources.placeOf(other)} is set. ` +
        `Set it with \`pulumi config set --secret mongodbatlas:${key}\` or in the variable ${variables[key][0]}.`,
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
