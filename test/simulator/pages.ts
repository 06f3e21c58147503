import type { Answer } from "./answers";
import { type Call, flag, text } from "./call";
import { linksKeepFilters } from "./inferred";

const defaultPageSize = 100;

const filters = [
  "eventType",
  "excludedEventType",
  "maxDate",
  "minDate",
  "orgMembershipStatus",
  "orgMembershipStatuses",
  "userId",
  "username",
];

interface Listing<T> {
  readonly items: readonly T[];
  readonly view: (item: T, index: number) => unknown;
  /** The flags that the `self` link repeats with their defaults. */
  readonly flags: Readonly<Record<string, boolean>>;
}

/** One page of a list. Only the items of the page are turned into JSON. */
export function pageOf<T>(call: Call, { items, view, flags }: Listing<T>): Answer {
  const pageNum = Number(text(call, "pageNum") ?? 1);
  const itemsPerPage = Number(text(call, "itemsPerPage") ?? defaultPageSize);
  const start = (pageNum - 1) * itemsPerPage;
  const end = start + itemsPerPage;
  const fixed = fixedQuery(call, flags);
  const links = [link(call, "self", [...fixed, ["pageNum", pageNum], ["itemsPerPage", itemsPerPage]])];
  if (end < items.length) {
    // The recorded 'next' has the two in the other order than 'self'.
    links.push(link(call, "next", [...fixed, ["itemsPerPage", itemsPerPage], ["pageNum", pageNum + 1]]));
  }
  return {
    status: 200,
    body: {
      links,
      results: items.slice(start, end).map(view),
      ...(flag(call, "includeCount", true) ? { totalCount: items.length } : {}),
    },
  };
}

type Pair = readonly [name: string, value: string | number | boolean];

function fixedQuery(call: Call, flags: Readonly<Record<string, boolean>>): Pair[] {
  const pairs: Pair[] = Object.entries(flags).map(([name, otherwise]) => [name, flag(call, name, otherwise)]);
  if (linksKeepFilters) {
    for (const name of filters) {
      const value = call.query[name];
      for (const each of typeof value === "string" ? [value] : (value ?? [])) {
        pairs.push([name, each]);
      }
    }
  }
  return pairs.sort(([left], [right]) => (left < right ? -1 : 1));
}

function link(call: Call, rel: string, pairs: readonly Pair[]): { href: string; rel: string } {
  const query = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  return { href: `${call.href}?${query}`, rel };
}
