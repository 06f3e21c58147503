import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, jsonOf, type Method } from "./answers.mts";
import { Failure } from "./environment.mts";
import { noAnswer, type Purpose, refusal } from "./refusals.mts";
import { limitOf, pauseBefore } from "./retries.mts";

const timeoutMs = 30_000;
const pageSize = 100;

type Pause = (ms: number) => Promise<unknown>;

/** Sends requests to one forge, with one token. */
export class Client {
  private readonly forge: string;
  private readonly headers: Record<string, string>;
  private readonly pause: Pause;
  private waitedMs = 0;

  /** @param pause waits for as many milliseconds; a test need not */
  constructor(forge: string, headers: Record<string, string>, pause: Pause = sleep) {
    this.forge = forge;
    this.headers = headers;
    this.pause = pause;
  }

  /**
   * Sends a request, again where that is of use and does no harm, and returns its answer.
   *
   * @throws Failure with what is wrong and what is to be done about it
   */
  async call(method: Method, url: string, purpose: Purpose, body?: object): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      const outcome = await this.send(method, url, body).catch((error: Error) => error);
      const answer = outcome instanceof Error ? undefined : outcome;
      if (answer !== undefined && answer.status < 300) {
        return answer;
      }
      const pauseMs = pauseBefore(method, answer, tries, this.waitedMs);
      if (pauseMs !== undefined) {
        await this.waitFor(answer, pauseMs);
      } else if (outcome instanceof Error) {
        throw noAnswer(method, url, outcome);
      } else {
        throw await refusal(this.forge, method, url, outcome, purpose);
      }
    }
  }

  /** All rows of a listing. */
  async *rows<Row>(url: string, purpose: Purpose): AsyncGenerator<Row> {
    const separator = url.includes("?") ? "&" : "?";
    for (let page = 1; ; page++) {
      const address = `${url}${separator}per_page=${pageSize}&page=${page}`;
      const { text, headers } = await this.call("GET", address, purpose);
      const rows = jsonOf(text);
      if (!Array.isArray(rows)) {
        throw notTheApi(address);
      }
      yield* rows as Row[];
      // The address that the answer gives for the next page is not used: the token goes to one server only.
      if (!/rel="next"/.test(headers.get("link") ?? "")) {
        return;
      }
    }
  }

  /** What is there to be read, as far as the forge shows it: for the reasons of a refusal, which is at hand already. */
  async peek<Thing extends object>(url: string): Promise<Partial<Thing>> {
    const answer = await this.send("GET", url).catch(() => undefined);
    const thing = answer?.status === 200 ? jsonOf(answer.text) : undefined;
    return typeof thing === "object" && thing !== null ? thing : {};
  }

  private async waitFor(answer: Answer | undefined, pauseMs: number): Promise<void> {
    if (answer !== undefined && limitOf(answer) !== undefined) {
      this.waitedMs += pauseMs;
      const seconds = Math.ceil(pauseMs / 1_000);
      console.error(
        `${this.forge} limits how many requests it takes: the next one goes out in ${seconds} s.`,
      );
    }
    await this.pause(pauseMs);
  }

  private async send(method: Method, url: string, body?: object): Promise<Answer> {
    const response = await fetch(url, {
      method,
      headers: { ...this.headers, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // Following would turn a POST into a GET.
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    // Read to the end also where nobody wants it: an answer that is left unread keeps the process waiting.
    return { status: response.status, headers: response.headers, text: await response.text() };
  }
}

export function notTheApi(url: string): Failure {
  return new Failure(
    `GET ${url} was answered by something else than the API: look whether a proxy or a page to sign in is in between.`,
  );
}
