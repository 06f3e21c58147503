import type { AtlasRequest } from "./request";

/** How long before the end the notices start, in milliseconds. */
const noticeMs = 90 * 24 * 3_600_000;

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

/** Whether an end is near enough to be told without being asked for. */
export function isNear(endMs: number, nowMs: number): boolean {
  return endMs - nowMs <= noticeMs;
}

/** When something ends, to follow its name and "Atlas". */
export function whenItEnds(endMs: number, nowMs: number): string {
  const date = new Date(endMs).toISOString().slice(0, 10);
  return endMs > nowMs ? `will remove it on ${date}` : `may remove it any day (announced for ${date})`;
}

/** Tells once of each operation that Atlas is going to remove soon. */
export class RetirementNotices {
  private readonly told = new Set<string>();

  /** @param tell gets a sentence that is a line of its own */
  constructor(private readonly tell: (line: string) => void) {}

  /** @param endMs when Atlas removes the operation, in milliseconds since the Unix epoch */
  take({ operation, summary }: AtlasRequest, endMs: number, nowMs: number): void {
    if (!isNear(endMs, nowMs) || this.told.has(operation)) {
      return;
    }
    this.told.add(operation);
    this.tell(
      `${start}${operation}, which is used to ${summary}: Atlas ${whenItEnds(endMs, nowMs)}. ` +
        "Look for a newer release of mongodbatlas-dynamic.",
    );
  }
}

const start = "Atlas has deprecated the operation ";

/** The operation that a line is such a notice of; `undefined` for all else that a process prints. */
export function retiredOperationIn(line: string): string | undefined {
  return line.startsWith(start) ? line.slice(start.length).split(",")[0] : undefined;
}
