import {
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  Scalar,
  type YAMLMap,
} from "yaml";

/** A mistake, and the line that it is in. */
export interface Mistake {
  line: number;
  text: string;
}

/** The keys of mappings and the indices of lists that lead to a part of the file. */
export type Path = readonly string[];

/** The file as the checks see it: as text, as nodes that know their lines, and as what it says. */
export class AccessFile {
  readonly text: string;
  readonly document: ReturnType<typeof parseDocument>;
  private readonly lines = new LineCounter();
  private readonly pairsOf = new WeakMap<YAMLMap, Map<string, Pair>>();
  private read: unknown;

  constructor(text: string) {
    this.text = text;
    this.document = parseDocument(text, {
      lineCounter: this.lines,
      prettyErrors: false,
      stringKeys: true,
      // Equal keys are found by `repetitions`, which knows in which line the first one is.
      uniqueKeys: false,
    });
    readLabelsAsTexts(this.document.contents);
  }

  /** What the file says; only to be asked for where `mistakesOfText` has found nothing. */
  get content(): unknown {
    // None of the aliases that could make much out of little: `mistakesOfText` refuses them all.
    this.read ??= this.document.toJS({ maxAliasCount: 0 });
    return this.read;
  }

  lineAt(at: Path): number {
    return this.lineOf(this.nodeAt(at));
  }

  lineOf(node: Node | undefined): number {
    return this.lineOfOffset(node?.range?.[0] ?? 0);
  }

  lineOfOffset(offset: number): number {
    return Math.max(this.lines.linePos(offset).line, 1);
  }

  /** Where a path leads to: a key of a mapping, or an item of a list. */
  private nodeAt(at: Path): Node | undefined {
    let found: unknown = this.document.contents;
    let value: unknown = found;
    for (const step of at) {
      if (isMap(value)) {
        const pair = this.pairsByKey(value).get(step);
        found = pair?.key;
        value = pair?.value;
      } else if (isSeq(value)) {
        found = value.items[Number(step)];
        value = found;
      }
    }
    return isNode(found) ? found : undefined;
  }

  /** Of equal keys the last one, as it is that one's value that counts. */
  private pairsByKey(map: YAMLMap): Map<string, Pair> {
    const known = this.pairsOf.get(map) ?? new Map(map.items.map((pair) => [keyOf(pair) ?? "", pair]));
    this.pairsOf.set(map, known);
    return known;
  }
}

export function keyOf({ key }: Pair): string | undefined {
  return isScalar(key) ? String(key.value) : undefined;
}

/**
 * A label is a text. As a key it is read as one (`stringKeys`), but in a person's list of teams YAML takes `2024` for a
 * number and `true` for a truth, so a team of that name would not be found.
 */
function readLabelsAsTexts(root: unknown): void {
  const people = valueUnder(root, "people");
  for (const { value: person } of isMap(people) ? people.items : []) {
    const teams = valueUnder(person, "teams");
    for (const item of isSeq(teams) ? teams.items : []) {
      if (!isScalar(item) || item.type !== Scalar.PLAIN) {
        continue;
      }
      // An item with nothing behind its dash stays what it is, and is refused.
      if (item.source) {
        item.value = item.source;
      }
    }
  }
}

function valueUnder(map: unknown, key: string): unknown {
  return isMap(map) ? map.items.findLast((pair) => keyOf(pair) === key)?.value : undefined;
}
