import type { AxiosResponse } from "axios";
import * as v from "valibot";
import { AtlasError } from "./errors/error";
import type { AtlasRequest } from "./request";
import { printable } from "./text";
import type { Wording } from "./wording";

/*
 * Reads answers before it is known that they come from Atlas: they may just as well come from a proxy or a sign-in
 * page.
 */

export type RawAnswer = AxiosResponse<unknown>;

/** A header of the answer, by its name in lower case. */
export function header(answer: RawAnswer | undefined, name: string): string | undefined {
  const value: unknown = answer?.headers?.[name];
  return typeof value === "string" ? value : undefined;
}

/** The challenge of a 401. Without `WWW-Authenticate` it is a missing permission, and not a challenge. */
export function challengeOf(answer: RawAnswer | undefined): string | undefined {
  return answer?.status === 401 ? header(answer, "www-authenticate") : undefined;
}

/** How many more requests Atlas accepts under the limit that this request counted against. */
export function remainingOf(answer: RawAnswer | undefined): number | undefined {
  const value = header(answer, "ratelimit-remaining");
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}

/** The longest of Atlas's codes has about 60 characters. */
const code = v.fallback(v.nullish(v.pipe(v.string(), v.maxLength(200))), undefined);

const text = v.fallback(v.nullish(v.string()), undefined);

const problem = v.object({
  errorCode: code,
  detail: text,
  reason: text,
  /** The status, or the code in an error of the token endpoint. */
  error: v.fallback(v.nullish(v.union([v.number(), v.pipe(v.string(), v.maxLength(200))])), undefined),
  error_description: text,
});

/** What the body of an error says. */
export interface Problem {
  errorCode: string | undefined;
  detail: string | undefined;
  /** Whether it has the form in which Atlas describes its errors, so that Atlas itself has answered. */
  isFromAtlas: boolean;
}

/**
 * Reads an error of the Administration API, or of its token endpoint, which has another shape.
 *
 * @param clean removes secrets from a text, before it is shortened, so that no part of a secret is left
 */
export function parseProblem(
  answer: RawAnswer | undefined,
  clean: (text: string) => string = (text) => text,
): Problem {
  const parsed = v.safeParse(problem, typeof answer?.data === "string" ? parseJson(answer.data) : undefined);
  if (!parsed.success) {
    return { errorCode: undefined, detail: undefined, isFromAtlas: false };
  }
  const { errorCode, detail, reason, error, error_description } = parsed.output;
  const shownCode = errorCode ?? (typeof error === "string" ? error : undefined);
  const shownDetail = detail ?? error_description ?? undefined;
  return {
    errorCode: shownCode === undefined ? undefined : printable(clean(shownCode)),
    detail: shownDetail === undefined ? undefined : asLine(clean(shownDetail)),
    isFromAtlas: error === answer?.status && reason != null,
  };
}

/**
 * Reads the body of a good answer.
 *
 * @throws AtlasError when it does not have the form that the API describes; the body itself stays out of the
 *   message, because it may hold a secret
 */
export function readBody<T>(
  request: AtlasRequest,
  answer: RawAnswer,
  schema: v.GenericSchema<unknown, T>,
  { baseUrl }: Wording,
): T {
  const text = typeof answer.data === "string" ? answer.data : "";
  const json = text === "" ? undefined : parseJson(text);
  const parsed = v.safeParse(schema, json);
  // A schema that requires nothing would accept a proxy's page, although Atlas may not have seen the request.
  const isNotJson = text !== "" && json === undefined;
  if (parsed.success && !isNotJson) {
    return parsed.output;
  }
  const issue = parsed.issues?.[0];
  const complaint =
    json === undefined || issue === undefined
      ? `is not JSON (${text.length} characters of ${printable(header(answer, "content-type") ?? "no media type")})`
      : `does not have the form that the API describes (${describe(issue)})`;
  const path = answer.config.url ?? "";
  const { operation, method, summary } = request;
  throw new AtlasError(
    `Could not ${summary}: the answer to ${method} ${path} (status ${answer.status}) ${complaint}. ` +
      `Check that ${baseUrl} leads to Atlas itself, and not to a proxy or a sign-in page.`,
    { operation, method, path, status: answer.status, mayHaveTakenEffect: method !== "GET" },
  );
}

/** Says which part is wrong, without its value. */
function describe(issue: v.BaseIssue<unknown>): string {
  const part = v.getDotPath(issue) ?? "the whole";
  return issue.received === "undefined"
    ? `${part} is missing`
    : `${part} must be ${issue.expected ?? "another"}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Atlas's explanations come with and without a full stop, sometimes over several lines. */
function asLine(detail: string): string | undefined {
  const line = printable(detail.replace(/\s+/g, " ").trim()).slice(0, 500);
  return line === "" || /[.!?]$/.test(line) ? line || undefined : `${line}.`;
}
