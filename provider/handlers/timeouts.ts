import { type Clock, Deadline } from "../atlas/clock";
import type { RequestOptions } from "../atlas/request";

/** Times that `customTimeouts` of the resource options sets, as the resource passes them on: `{ create: "10m" }`. */
export interface Timeouts {
  create?: string;
  update?: string;
}

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * The `customTimeouts` of an operation, in milliseconds.
 *
 * The engine checks their form, which is that of Go's durations (`1h30m`, `90s`).
 *
 * @returns `undefined` when none is set
 */
export function customTimeoutMs(
  inputs: { __timeouts?: Timeouts },
  operation: keyof Timeouts,
): number | undefined {
  const text = inputs.__timeouts?.[operation];
  if (text === undefined) {
    return undefined;
  }
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?|\.\d+)(ns|us|µs|ms|s|m|h)/g)) {
    totalMs += Number(amount) * (unitMs[unit ?? ""] ?? 0);
  }
  return totalMs;
}

/** The one deadline of an operation, made when it starts and handed to everything that it does. */
export function deadlineOf(
  clock: Clock,
  inputs: { __timeouts?: Timeouts },
  operation: keyof Timeouts,
): RequestOptions {
  const ms = customTimeoutMs(inputs, operation);
  return ms === undefined ? {} : { deadline: new Deadline(clock, ms) };
}
