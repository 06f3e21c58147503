import * as v from "valibot";
import { AtlasError } from "../errors/error";
import type { AtlasRequest, RequestSender } from "../request";
import type { Wording } from "../wording";
import { optionalText } from "./fields";

/** Entries that a page holds at the most. */
const pageSize = 500;

/** More pages than any project, team or organization fills. A server that goes on is not Atlas. */
const mostPages = 200;

/** One page of a listing, with whether more follow. */
function pageOf<T>(item: v.GenericSchema<unknown, T>) {
  return v.object({
    results: v.array(item),
    totalCount: v.fallback(v.nullish(v.number()), undefined),
    links: v.fallback(v.nullish(v.array(v.object({ rel: optionalText }))), undefined),
  });
}

/** An entry of a listing, which can be told from the others. */
export type Listed = { readonly id: string } | { readonly userId: string } | { readonly teamId: string };

/** A listing that is complete, and whether all of it came in one answer. */
export interface Listing<T> {
  items: T[];
  /**
   * False when it took several pages, between which something can have moved from one to another, or when Atlas counts
   * more than it lists.
   */
  atomic: boolean;
}

/**
 * Reads all pages of a listing.
 *
 * @throws AtlasError also when the pages do not end
 */
export async function listAll<T extends Listed>(
  client: RequestSender,
  item: v.GenericSchema<unknown, T>,
  request: AtlasRequest,
): Promise<Listing<T>> {
  const schema = pageOf(item);
  const items: T[] = [];
  const known = new Set<string>();
  for (let pageNum = 1; ; pageNum += 1) {
    const query = { ...request.query, itemsPerPage: String(pageSize), pageNum: String(pageNum) };
    const { body } = await client.send({ ...request, query }, schema);
    const { results, links, totalCount } = body;
    items.push(...results);
    // Atlas calls `totalCount` an estimate, so it can be a reason to read another page, but never a reason to stop.
    const more =
      results.length > 0 && (links?.some((link) => link.rel === "next") ?? results.length >= pageSize);
    if (!more && !(results.length > 0 && (totalCount ?? 0) > items.length)) {
      return { items, atomic: pageNum === 1 && (totalCount ?? 0) <= items.length };
    }
    const before = known.size;
    for (const entry of results) {
      known.add("id" in entry ? entry.id : "userId" in entry ? entry.userId : entry.teamId);
    }
    if (known.size === before || pageNum === mostPages) {
      throw endless(request, pageNum, client.wording);
    }
  }
}

function endless(
  { operation, method, path, summary }: AtlasRequest,
  pages: number,
  { baseUrl }: Wording,
): AtlasError {
  return new AtlasError(
    `Could not ${summary}: after page ${pages} of ${method} ${path} there is nothing new, and still another page is announced. ` +
      `Check that ${baseUrl} leads to Atlas itself, and not to a cache that ignores the query.`,
    { operation, method, path },
  );
}
