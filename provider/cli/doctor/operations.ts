import * as exported from "../../atlas/operations/index";
import type { Description } from "../../atlas/operations/operation";

type Described = Pick<
  Description<string, object, unknown>,
  "operationId" | "method" | "path" | "announcedEnd"
>;

/** What is known of each operation that this package sends, by its id. */
export const operations: ReadonlyMap<string, Described> = new Map(
  Object.values(exported).flatMap((each): [string, Described][] =>
    "operationId" in each ? [[each.operationId, each]] : [],
  ),
);
