import type { HttpProxy } from "../proxy";
import type { Failure } from "../retry";
import type { Wording } from "../wording";

/** What is known of a network error. */
export interface NetworkError {
  /** Code of the socket, the resolver or the TLS library; `ERR_CANCELED` when an attempt took too long. */
  code: string | undefined;
  syscall?: string | undefined;
  /** The host name that was to be resolved. */
  hostname?: string | undefined;
  /** The port that was to be connected to. */
  port?: number | undefined;
  /** The status with which a proxy answered a request for a tunnel. */
  statusCode?: number | undefined;
}

/** Reads the fields of whatever was thrown. */
export function networkErrorOf(error: unknown): NetworkError {
  const { cause, code } = error as { cause?: unknown; code?: unknown };
  const fields: Record<string, unknown> = { ...(cause as object), ...(error as object) };
  const own = (cause ?? {}) as Record<string, unknown>;
  const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
  const number = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);
  return {
    code: text(code) ?? text(own.code),
    syscall: text(own.syscall) ?? text(fields.syscall),
    hostname: text(own.hostname) ?? text(fields.hostname),
    port: number(own.port) ?? number(fields.port),
    statusCode: number(own.statusCode),
  };
}

/** Errors that arise before any byte of the request is sent; true: trying again will not help. */
const connectionErrors: Readonly<Record<string, boolean>> = {
  ECONNREFUSED: false,
  EAI_AGAIN: false,
  EHOSTUNREACH: false,
  ENETUNREACH: false,
  ENOTFOUND: true,
};

/** Classifies a network error: whether Atlas may have seen the request, and whether to try again. */
export function classifyNetworkError({ code, syscall, statusCode }: NetworkError): Failure {
  if (code === "ERR_PROXY_TUNNEL") {
    // Without a tunnel nothing was sent. A proxy that refuses will refuse again, and may lock the account.
    return { kind: "unreachable", lasting: statusCode === undefined || statusCode < 500 };
  }
  if (code !== undefined && code in connectionErrors) {
    return { kind: "unreachable", lasting: connectionErrors[code] === true };
  }
  if (isCertificateError(code) || isNotTls(code)) {
    return { kind: "unreachable", lasting: true };
  }
  if (syscall === "connect") {
    return { kind: "unreachable", lasting: false };
  }
  return code === "ERR_CANCELED" ? { kind: "interrupted", silent: true } : { kind: "interrupted" };
}

/** Whether a TLS handshake failed because of the server's certificate. */
export function isCertificateError(code: string | undefined): boolean {
  return code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|ERR_TLS/.test(code);
}

/** Whether the server does not speak TLS, or no version that Node understands. */
export function isNotTls(code: string | undefined): boolean {
  return code !== undefined && /^EPROTO$|ERR_SSL/.test(code);
}

/** Whether the error happened on the way to the proxy, or in the proxy. */
export function isAboutProxy(
  { code, syscall, hostname, port }: NetworkError,
  proxy: HttpProxy | undefined,
): boolean {
  if (proxy === undefined) {
    return false;
  }
  return (
    code === "ERR_PROXY_TUNNEL" ||
    hostname === proxy.hostname ||
    (syscall === "connect" && port !== undefined && port === proxy.port)
  );
}

/** What to do when Atlas could not be reached. */
export function adviseOnNetworkError(
  error: NetworkError,
  { host, proxy, wording }: { host: string; proxy: HttpProxy | undefined; wording: Wording },
): string {
  const { baseUrl } = wording;
  if (proxy !== undefined && isAboutProxy(error, proxy)) {
    return adviseOnProxy(error, proxy);
  }
  if (isCertificateError(error.code)) {
    return `The certificate of ${host} is not trusted here; if a proxy inspects TLS, name its CA in NODE_EXTRA_CA_CERTS.`;
  }
  if (isNotTls(error.code)) {
    return `What answers at ${host} does not speak TLS: check ${baseUrl}, its port, and whether a proxy is needed.`;
  }
  switch (error.code) {
    case "ENOTFOUND":
      return `The host name ${host} does not resolve: check ${baseUrl}, the network's DNS, and whether HTTPS_PROXY has to name a proxy.`;
    case "ECONNREFUSED":
      return `Nothing accepts connections at ${host}: check ${baseUrl}, the network and the firewall.`;
    default:
      return `Check that ${host} can be reached from here${proxy === undefined ? "" : ` through the proxy that ${proxy.variable} names`}, then run the command again.`;
  }
}

function adviseOnProxy({ code, statusCode }: NetworkError, { variable, hostname, host }: HttpProxy): string {
  const named = `the proxy that ${variable} names`;
  if (statusCode === 407) {
    return `The proxy ${host} does not accept the user name and password: check ${variable}.`;
  }
  if (code === "ERR_PROXY_TUNNEL") {
    return `The proxy ${host}${statusCode === undefined ? "" : ` answered ${statusCode} and`} lets no connection through: check ${variable}, and what the proxy allows.`;
  }
  return code === "ENOTFOUND"
    ? `The host name ${hostname} of ${named} does not resolve: check ${variable}.`
    : `Nothing accepts connections at ${host}, ${named}: check ${variable}.`;
}
