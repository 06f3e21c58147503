import type { Document, LineCounter, Pair, ToStringOptions, YAMLMap } from "yaml";

/** How files are written: with two or four spaces, with lists further in or not, with spaces in brackets or not. */
const styles: readonly ToStringOptions[] = [2, 4].flatMap((indent) =>
  [true, false].flatMap((indentSeq) =>
    [false, true].map((flowCollectionPadding) => ({
      indent,
      indentSeq,
      flowCollectionPadding,
      lineWidth: 0,
    })),
  ),
);

/** Where an entry of a mapping stands in the text, in lines. */
interface Block {
  /** Where the blank lines and comments above it begin. */
  lead: number;
  key: number;
  end: number;
  /** How far in it is. */
  column: number;
  /** What the entry said. */
  before: string;
}

/**
 * Writes a document of which entries of one mapping have changed. The library alone would move comments and spaces in all of the
 * file, so what has not changed stays as the text has it.
 *
 * @param document the file, before any change
 * @param map the entries of which may change
 * @returns a function that writes the document as it is then
 */
export function rendererFor(
  document: Document,
  map: YAMLMap | undefined,
  text: string,
  positions: LineCounter,
): () => string {
  const lines = text.split("\n");
  const style = styleOf(document, lines);
  const entryText = (pair: Pair): string => renderEntry(pair, style);
  const blocks = map === undefined ? undefined : blocksOf(map, lines, positions, entryText);
  return () => {
    if (map !== undefined && blocks !== undefined && map.items.length > 0) {
      const merged = merge(map, blocks, lines, entryText).join("\n");
      // Who has access must not depend on where comments stand.
      if (contentOf(merged) === JSON.stringify(document.toJS())) {
        return merged;
      }
    }
    return document.toString(style);
  };
}

function contentOf(text: string): string {
  const { parseDocument } = require("yaml") as typeof import("yaml");
  return JSON.stringify(parseDocument(text, { stringKeys: true, uniqueKeys: false }).toJS());
}

function styleOf(document: Document, lines: readonly string[]): ToStringOptions {
  const known = new Set(lines);
  const changed = (style: ToStringOptions): number =>
    document
      .toString(style)
      .split("\n")
      .filter((line) => !known.has(line)).length;
  const [best = {}] = styles
    .map((style) => ({ style, changed: changed(style) }))
    .sort((one, other) => one.changed - other.changed)
    .map(({ style }) => style);
  return best;
}

/** The entry alone, without what stands above it. */
function renderEntry(pair: Pair, style: ToStringOptions): string {
  const {
    Document: YamlDocument,
    isNode,
    Pair: YamlPair,
    YAMLMap: YamlMap,
  } = require("yaml") as typeof import("yaml");
  const key = isNode(pair.key) ? pair.key.clone() : pair.key;
  if (isNode(key)) {
    key.commentBefore = null;
    key.spaceBefore = false;
  }
  const map = new YamlMap();
  map.items.push(new YamlPair(key, pair.value));
  return new YamlDocument(map).toString(style).trimEnd();
}

/** Nothing where an entry does not begin a line. */
function blocksOf(
  map: YAMLMap,
  lines: readonly string[],
  positions: LineCounter,
  entryText: (pair: Pair) => string,
): ReadonlyMap<Pair, Block> | undefined {
  const blocks = new Map<Pair, Block>();
  let lead: number | undefined;
  for (const pair of map.items as Pair[]) {
    const { line, col } = positions.linePos((pair.key as { range?: number[] }).range?.[0] ?? 0);
    const [key, column] = [line - 1, col - 1];
    if (lines[key]?.slice(0, column).trim() !== "") {
      return undefined;
    }
    lead ??= leadOf(lines, key);
    const end = endOf(lines, key, column);
    blocks.set(pair, { lead, key, end, column, before: entryText(pair) });
    lead = end;
  }
  return blocks;
}

const isBare = (line: string): boolean => /^\s*(#.*)?$/.test(line);
const isComment = (line: string): boolean => /^\s*#/.test(line);
const indentOf = (line: string): number => line.search(/\S|$/);

/** The first of the blank lines and comments above a line. */
function leadOf(lines: readonly string[], key: number): number {
  let lead = key;
  while (lead > 0 && isBare(lines[lead - 1] ?? "")) {
    lead -= 1;
  }
  return lead;
}

/** After the last line that belongs to an entry, a comment further in than its key included. */
function endOf(lines: readonly string[], key: number, column: number): number {
  let end = key + 1;
  for (let line = key + 1; line < lines.length; line += 1) {
    const text = lines[line] ?? "";
    const isFurtherIn = indentOf(text) > column;
    if (!isBare(text) && !isFurtherIn) {
      break;
    }
    if (text.trim() !== "" && isFurtherIn) {
      end = line + 1;
    }
  }
  return end;
}

function merge(
  map: YAMLMap,
  blocks: ReadonlyMap<Pair, Block>,
  lines: readonly string[],
  entryText: (pair: Pair) => string,
): string[] {
  const all = [...blocks.values()];
  const [first, last] = [all[0], all.at(-1)];
  const column = first?.column ?? 0;
  const written = (pair: Pair): string[] =>
    entryText(pair)
      .split("\n")
      .map((line) => (line === "" ? "" : " ".repeat(column) + line));
  const remaining = new Set(map.items as Pair[]);
  const merged = lines.slice(0, first?.lead);
  const originals = [...blocks];
  const emitThrough = (until: Pair | undefined): void => {
    while (originals.length > 0) {
      const [pair, block] = originals.shift() as [Pair, Block];
      if (!remaining.has(pair)) {
        merged.push(...lines.slice(block.lead, block === first ? block.key : aboutEntry(lines, block)));
        continue;
      }
      merged.push(...lines.slice(block.lead, block.key));
      const isSame = entryText(pair) === block.before;
      merged.push(...(isSame ? lines.slice(block.key, block.end) : written(pair)));
      if (pair === until) {
        return;
      }
    }
  };
  for (const pair of map.items as Pair[]) {
    if (blocks.has(pair)) {
      emitThrough(pair);
    } else {
      merged.push(...written(pair));
    }
  }
  emitThrough(undefined);
  return [...merged, ...lines.slice(last?.end)];
}

/** Where the comments begin that stand right above an entry, and the blank lines above them: they go with the entry. */
function aboutEntry(lines: readonly string[], { lead, key }: Block): number {
  let from = key;
  while (from > lead && isComment(lines[from - 1] ?? "")) {
    from -= 1;
  }
  while (from > lead && lines[from - 1]?.trim() === "") {
    from -= 1;
  }
  return from;
}
