import { ConfigurationError } from "./errors/configurationError";

/** A proxy that the environment names. */
export interface HttpProxy {
  /** The variable that names it. */
  variable: string;
  hostname: string;
  port: number;
  /** Host and port, for messages. */
  host: string;
  /** Parts that must never be printed. */
  secrets: string[];
  /** The settings of the environment for Node's agents, corrected where the agents would misread them. */
  environment: Record<string, string>;
}

/** The variables in which Node, curl and Go look for an https proxy, in Node's order. */
const variables = ["https_proxy", "HTTPS_PROXY"] as const;

/**
 * Reads the proxy for https from the environment.
 *
 * @throws ConfigurationError when the variable is not the address of a proxy; its value may contain a password and is
 *   not shown
 */
export function readProxy(environment: Readonly<Record<string, string | undefined>>): { proxy?: HttpProxy } {
  const variable = variables.find((name) => environment[name]?.trim());
  if (variable === undefined) {
    return {};
  }
  const text = environment[variable]?.trim() ?? "";
  // An address without a scheme means http, as in curl and Go; Node would silently ignore such a proxy.
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

/** The password in every form in which it might be printed. */
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
