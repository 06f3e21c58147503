import { type Answer, explainedAt, type Method, saidIn } from "./answers.mts";
import { Failure } from "./environment.mts";
import { limitOf } from "./retries.mts";

/** What a request is for, as far as it matters when it is refused. */
export interface Purpose {
  /** What to do where the token may not do that. */
  advice: string;
  /** What 410 means there. */
  gone: string;
  /** What is in the way of every token, and what to do about it. It asks the forge, which may have nothing to say. */
  obstacle(): Promise<string | undefined>;
}

export const lockedText = "the conversation is locked: unlock it, and run the job again";

/** @param reason of the connection's failure */
export function noAnswer(method: Method, url: string, reason: Error): Failure {
  const cause = reason.cause instanceof Error ? reason.cause : reason;
  // An error of a time that is over has a number for its code, and tells by its name.
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : cause.name;
  return new Failure(`${method} ${url} got no answer (${cause.message}): ${adviceFor(code)}.`);
}

function adviceFor(code: string): string {
  if (/CERT|SIGNATURE|ISSUER|ALTNAME/.test(code)) {
    return "its certificate is not trusted here, so name the file of your own authority in NODE_EXTRA_CA_CERTS";
  }
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|TIMEOUT|TimeoutError/i.test(code)) {
    return "look whether this runner reaches it (a proxy in HTTPS_PROXY is used where NODE_USE_ENV_PROXY is 1), or try again later";
  }
  return "try again later";
}

export async function refusal(
  forge: string,
  method: Method,
  url: string,
  answer: Answer,
  purpose: Purpose,
): Promise<Failure> {
  const said = saidIn(answer);
  const what = `${method} ${url} answered ${answer.status}${said === undefined ? "" : ` (${said})`}`;
  return new Failure(`${what}: ${await meaning(forge, answer, purpose)}.`);
}

async function meaning(forge: string, answer: Answer, purpose: Purpose): Promise<string> {
  const { status } = answer;
  const limit = limitOf(answer);
  if (limit !== undefined) {
    const when = limit.waitMs === undefined ? "some minutes" : minutes(limit.waitMs);
    return `${forge} limits how many requests it takes: run the job again in ${when}`;
  }
  if (status < 400) {
    return "it has moved, so run this where it is now";
  }
  if (status >= 500) {
    return "try again later";
  }
  switch (status) {
    case 400:
    case 422:
      return `${forge} does not take what was sent`;
    case 401:
      return "the token is wrong or has expired";
    case 403:
      return (await purpose.obstacle()) ?? (isLocked(answer) ? lockedText : purpose.advice);
    case 404:
      return (await purpose.obstacle()) ?? `it is not there, or the token may not see it: ${purpose.advice}`;
    case 410:
      return (await purpose.obstacle()) ?? purpose.gone;
    case 413:
      return "the text is longer than this server takes";
    default:
      return "look up what the answer means";
  }
}

/** The forge has been asked before, but the token may be one that sees nothing. */
function isLocked(answer: Answer): boolean {
  return /\block(ed|ing)\b/i.test(`${explainedAt(answer)} ${saidIn(answer)}`);
}

function minutes(ms: number): string {
  const count = Math.max(1, Math.ceil(ms / 60_000));
  return count === 1 ? "a minute" : `${count} minutes`;
}
