import * as v from "valibot";
import type { AtlasClient, Call } from "../client";
import { optionalText } from "./fields";

/** Entries that a page holds at the most. */
const pageSize = "500";

/** One page of a listing, with whether more follow. */
function pageOf<T>(item: v.GenericSchema<unknown, T>) {
  return v.object({
    results: v.array(item),
    totalCount: v.fallback(v.nullish(v.number()), undefined),
    links: v.fallback(v.nullish(v.array(v.object({ rel: optionalText }))), undefined),
  });
}

/** A listing that is complete, and whether all of it came in one answer. */
export interface Listing<T> {
  items: T[];
  /**
   * False when it took several pages, between which something can have moved from one to another, or when Atlas counts
   * more than it lists.
   */
  atomic: boolean;
}

/** What all calls that only look have in common. */
export const looking = { method: "GET", repeatable: true } as const satisfies Partial<Call>;

/** Reads all pages of a listing. */
export async function listAll<T>(
  client: AtlasClient,
  item: v.GenericSchema<unknown, T>,
  call: Call,
): Promise<Listing<T>> {
  const schema = pageOf(item);
  const items: T[] = [];
  for (let pageNum = 1; ; pageNum += 1) {
    const query = {
      ...call.query,
      itemsPerPage: pageSize,
      pageNum: String(pageNum),
    };
    const { body } = await client.send({ ...call, query }, schema);
    items.push(...body.results);
    // `totalCount` is an estimate by Atlas's own word, so it can ask for another page but never end the listing.
    const more =
      body.results.length > 0 &&
      (body.links?.some((link) => link.rel === "next") ?? body.results.length >= Number(pageSize));
    if (!more && !(body.results.length > 0 && (body.totalCount ?? 0) > items.length)) {
      return { items, atomic: pageNum === 1 && (body.totalCount ?? 0) <= items.length };
    }
  }
}
