import type { AnswerHeaders } from "../../atlas/answerHeaders";
import { isNear, whenItEnds } from "../../atlas/retirement";
import { type Check, check } from "./check";
import { operations } from "./operations";

/** An operation that Atlas removes. */
interface Retirement {
  readonly operation: string;
  /** Milliseconds since the Unix epoch. */
  readonly endMs: number;
  /** Whether Atlas has just said so, or its documentation has when this release was made. */
  readonly isFromAtlas: boolean;
  /** Whether this release knew, and does without the operation where that can be. */
  readonly isExpected: boolean;
}

/** Operations that Atlas had announced the end of when this release was made. */
const announced: ReadonlyMap<string, number> = new Map(
  [...operations.values()].flatMap(({ operationId, announcedEnd }): [string, number][] =>
    announcedEnd === undefined ? [] : [[operationId, Date.parse(announcedEnd)]],
  ),
);

function requestOf(operation: string): string | undefined {
  const { method, path } = operations.get(operation) ?? {};
  return method === undefined ? undefined : `${method} ${path}`;
}

/** Tells what Atlas retires when, by the headers of the answers so far and by its documentation. */
export function checkRetirements(headers: readonly AnswerHeaders[], nowMs: number): Check {
  const byOperation = new Map<string, Retirement>(
    [...announced].map(([operation, endMs]) => [
      operation,
      { operation, endMs, isFromAtlas: false, isExpected: true },
    ]),
  );
  for (const { request, endMs } of headers) {
    if (endMs !== undefined) {
      const { operation } = request;
      byOperation.set(operation, {
        operation,
        endMs,
        isFromAtlas: true,
        isExpected: announced.has(operation),
      });
    }
  }
  const all = [...byOperation.values()].sort((one, other) => one.endMs - other.endMs);
  const what = ({ operation, endMs }: Retirement): string =>
    `${operation} (${requestOf(operation)}): Atlas ${whenItEnds(endMs, nowMs)}`;
  return check("retirements", {
    found: [
      ...all.map(
        (each) => `${what(each)}, as ${each.isFromAtlas ? "it says now" : "its documentation said"}.`,
      ),
      ...(headers.length === 0
        ? []
        : ["Of other operations that this check has sent, Atlas announces no end."]),
    ],
    toDo: all
      .filter(({ isExpected, endMs }) => !isExpected && isNear(endMs, nowMs))
      .map(
        (each) => `Look for a newer release of mongodbatlas-dynamic, because this one uses ${what(each)}.`,
      ),
    data: all.map(({ operation, endMs, isFromAtlas }) => ({
      operation,
      request: requestOf(operation) ?? null,
      on: new Date(endMs).toISOString().slice(0, 10),
      saidBy: isFromAtlas ? "answer" : "documentation",
    })),
  });
}
