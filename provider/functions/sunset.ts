import * as pulumi from "@pulumi/pulumi";
import type { AtlasRequest } from "../atlas/request";

/** How long before the end the warnings start, in milliseconds. */
const noticeMs = 90 * 24 * 3_600_000;

const warned = new Set<string>();

/** What a warning says of an operation. */
type Named = Pick<AtlasRequest, "method" | "path">;

/**
 * When an operation ends, from its `Sunset` header. Atlas does not pad one-digit days (`Thu, 1 Jul 2027 …`), which
 * strict parsers of HTTP dates refuse.
 *
 * @returns milliseconds since the Unix epoch; `undefined` without a readable header
 */
export function parseSunset(header: string | undefined): number | undefined {
  const [, day, month, year, time] =
    /^\s*\w{3}, (\d{1,2}) (\w{3}) (\d{4}) (\d{2}:\d{2}:\d{2}) GMT\s*$/.exec(header ?? "") ?? [];
  const at =
    day === undefined ? Number.NaN : Date.parse(`${day.padStart(2, "0")} ${month} ${year} ${time} GMT`);
  return Number.isNaN(at) ? undefined : at;
}

/** The warning that is due now; `undefined` while the end is far or not announced. */
export function sunsetWarning(
  fn: string,
  { method, path }: Named,
  header: string | undefined,
  nowMs: number,
): string | undefined {
  const at = parseSunset(header);
  if (at === undefined || at - nowMs > noticeMs) {
    return undefined;
  }
  const date = new Date(at).toISOString().slice(0, 10);
  const when = at > nowMs ? `will remove it on ${date}` : `may remove it any day (announced for ${date})`;
  return `${fn} uses ${method} ${path}, which Atlas has deprecated: Atlas ${when}.`;
}

/** Warns once a run when an operation's end is near or past. */
export function warnOfSunset(fn: string, operation: Named, header: string | undefined): void {
  const warning = sunsetWarning(fn, operation, header, Date.now());
  if (warning !== undefined && !warned.has(fn)) {
    warned.add(fn);
    void pulumi.log.warn(warning);
  }
}
