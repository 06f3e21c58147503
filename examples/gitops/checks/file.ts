import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from "yaml";

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

  constructor(text: string) {
    this.text = text;
    this.document = parseDocument(text, {
      lineCounter: this.lines,
      prettyErrors: false,
      stringKeys: true,
      // Equal keys are found by `repetitions`, which knows in which line the first one is.
      uniqueKeys: false,
    });
  }

  /** What the file says; only to be asked for where `mistakesOfText` has found nothing. */
  get content(): unknown {
    return this.document.toJS();
  }

  lineAt(at: Path): number {
    return this.lineOf(nodeAt(this.document.contents, at));
  }

  lineOf(node: Node | undefined): number {
    return this.lineOfOffset(node?.range?.[0] ?? 0);
  }

  lineOfOffset(offset: number): number {
    return Math.max(this.lines.linePos(offset).line, 1);
  }
}

/** Where a path leads to: a key of a mapping, or an item of a list. */
function nodeAt(root: unknown, at: Path): Node | undefined {
  let found: unknown = root;
  let value: unknown = root;
  for (const step of at) {
    if (isMap(value)) {
      // Of equal keys the last one, as it is that one's value that counts.
      const pair: Pair | undefined = value.items.findLast((candidate) => keyOf(candidate) === step);
      found = pair?.key;
      value = pair?.value;
    } else if (isSeq(value)) {
      found = value.items[Number(step)];
      value = found;
    }
  }
  return isNode(found) ? found : undefined;
}

export function keyOf({ key }: Pair): string | undefined {
  return isScalar(key) ? String(key.value) : undefined;
}
