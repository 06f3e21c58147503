import * as v from "valibot";
import { type Clock, Deadline } from "../../atlas/clock";

/** Times that `customTimeouts` of the resource options sets, as the resource passes them on: `{ create: "10m" }`. */
export interface Timeouts {
  create?: string;
  update?: string;
}

/** The form of {@link Timeouts}. */
export const timeouts = v.object({
  create: v.optional(v.string()),
  update: v.optional(v.string()),
}) as v.GenericSchema<unknown, Timeouts>;

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
  const text: unknown = inputs.__timeouts?.[operation];
  if (typeof text !== "string") {
    return undefined;
  }
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?|\.\d+)(ns|us|µs|ms|s|m|h)/g)) {
    totalMs += Number(amount) * (unitMs[unit ?? ""] ?? 0);
  }
  return totalMs;
}

/**
 * When an operation must have ended: `customTimeouts`, counted from now on. The deadline is made once, at the start
 * of the operation, and passed to everything below.
 *
 * @param otherwiseMs the time when the user has set none. @default none: only the limits of each request apply
 */
export function startDeadline(
  clock: Clock,
  inputs: { __timeouts?: Timeouts },
  operation: keyof Timeouts,
  otherwiseMs?: number,
): Deadline | undefined {
  const afterMs = customTimeoutMs(inputs, operation) ?? otherwiseMs;
  return afterMs === undefined ? undefined : new Deadline(clock, afterMs);
}
