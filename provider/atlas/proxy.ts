import { ConfigurationError } from "./errors/configurationError";

/** A proxy that the environment names. */
export interface HttpProxy {
  /** The variable that names it. */
  variable: string;
  hostname: string;
  port: number;
  /** Host and port, as people may see them. */
  host: string;
  /** Parts that must never be printed. */
  secrets: string[];
  /** For Node's agents: what the environment says, with what they misread put right. */
  environment: Record<string, string>;
}

/** The variables that Node, curl and Go take proxies for https from, in Node's order. */
const variables = ["https_proxy", "HTTPS_PROXY"] as const;

/**
 * Reads the proxy for https from the environment.
 *
 * @throws ConfigurationError when the variable holds something else; without its value, which may have a password
 */
export function readProxy(environment: Readonly<Record<string, string | undefined>>): { proxy?: HttpProxy } {
  const variable = variables.find((name) => environment[name]?.trim());
  if (variable === undefined) {
    return {};
  }
  const text = environment[variable]?.trim() ?? "";
  // Without a scheme it means http, as for curl and Go; Node would pass the proxy by without a word.
  const url = parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  if (url === undefined) {
    throw new ConfigurationError(
      `${variable} must be the address of a proxy, such as http://proxy.example.com:3128, but it is no URL. ` +
        "Signs such as # and / in its user name or password must be percent-encoded.",
    );
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new ConfigurationError(
      `${variable} must name an HTTP proxy (http:// or https://), but it starts with ${url.protocol}//.`,
    );
  }
  const noProxy = environment.no_proxy ?? environment.NO_PROXY;
  return {
    proxy: {
      variable,
      hostname: url.hostname,
      port: Number(url.port) || (url.protocol === "https:" ? 443 : 80),
      host: url.host,
      secrets: secretsOf(url),
      environment: { https_proxy: url.href, ...(noProxy === undefined ? {} : { no_proxy: noProxy }) },
    },
  };
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) && new URL(text).hostname !== "" ? new URL(text) : undefined;
}

/** The password in every form in which it may be printed. */
function secretsOf({ username, password }: URL): string[] {
  if (password === "") {
    return [];
  }
  const plain = decode(password);
  const basic = Buffer.from(`${decode(username)}:${plain}`).toString("base64");
  return [...new Set([basic, password, plain])];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign on its own means itself.
    return text;
  }
}
