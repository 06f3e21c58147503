import { Failure } from "./environment.mts";

const TIMEOUT_MS = 30_000;
const PAGE_SIZE = 100;

type Method = "GET" | "POST" | "PATCH" | "PUT";

interface Answer {
  status: number;
  text: string;
  hasNextPage: boolean;
}

/** Sends a request and returns its answer, or fails with `advice` where the token may not do that. */
export type Call = (method: Method, url: string, advice: string, body?: object) => Promise<Answer>;

export function caller(headers: Record<string, string>): Call {
  return async (method, url, advice, body) => {
    const send = async (): Promise<Answer> => {
      const response = await fetch(url, {
        method,
        headers: { ...headers, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        // Following would turn a POST into a GET.
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const answer = {
        status: response.status,
        // Read to the end also where nobody wants it: an answer that is left unread keeps the process waiting.
        text: await response.text(),
        hasNextPage: /rel="next"/.test(response.headers.get("link") ?? ""),
      };
      if (answer.status >= 500) throw refusal(method, url, answer, "try again later");
      return answer;
    };
    // A read is tried twice. A write is not: it may have taken effect before the answer was lost.
    const answer = await (method === "GET" ? send().catch(send) : send()).catch((error: Error) => {
      if (error instanceof Failure) throw error;
      const reason = error.cause instanceof Error ? error.cause.message : error.message;
      throw new Failure(`${method} ${url} got no answer (${reason}): try again later.`);
    });
    const { status } = answer;
    if (status < 300) return answer;
    if (status < 400) throw refusal(method, url, answer, "it has moved, so run this where it is now");
    if (status === 401) throw refusal(method, url, answer, "the token is wrong or has expired");
    // Both forges answer 404 as well where a token may not see something.
    if (status === 403 || status === 404) throw refusal(method, url, answer, advice);
    throw refusal(method, url, answer, "look up what the answer means");
  };
}

function refusal(method: Method, url: string, { status, text }: Answer, hint: string): Failure {
  const said = /"(?:message|error)":\s*"([^"]+)"/.exec(text)?.[1];
  return new Failure(
    `${method} ${url} answered ${status}${said === undefined ? "" : ` (${said})`}: ${hint}.`,
  );
}

export async function* pages<Row>(call: Call, url: string, advice: string): AsyncGenerator<Row> {
  const separator = url.includes("?") ? "&" : "?";
  for (let page = 1; ; page++) {
    const answer = await call("GET", `${url}${separator}per_page=${PAGE_SIZE}&page=${page}`, advice);
    yield* JSON.parse(answer.text) as Row[];
    // The address that the answer gives for the next page is not used: the token goes to one server only.
    if (!answer.hasNextPage) return;
  }
}
