import { isNode, isScalar, visit } from "yaml";
import { hasOtherSpace, hiddenInLine, hiddenInValue } from "./characters";
import { type AccessFile, keyOf, type Mistake } from "./file";
import { quoted } from "./words";

/** How deep lists and mappings may stand in each other, counted as the parser does. The file needs eight. */
const deepest = 50;
const tooDeep = "too many lists or mappings stand in each other here: write the file as README.md shows";

/** What keeps the file from being read for certain. */
export function mistakesOfText(file: AccessFile): Mistake[] {
  // Each of these makes those after it complain of something else.
  for (const check of [strayLines, syntaxMistakes, depth, hiddenValues, shorthands, emptiness]) {
    const mistakes = check(file);
    if (mistakes.length > 0) {
      return mistakes;
    }
  }
  return [];
}

/** What gets into a file by accident or on purpose, and makes the parser or a reviewer read something else. */
function strayLines({ text }: AccessFile): Mistake[] {
  return text.split(/\r?\n/).flatMap((content, index) => {
    const problem = strayIn(content);
    return problem === undefined ? [] : [{ line: index + 1, text: problem }];
  });
}

function strayIn(line: string): string | undefined {
  if (/^(<{7}|={7}|>{7}|\|{7})( |$)/.test(line)) {
    return "a merge conflict is left here: keep one of the sides, and take out its marks";
  }
  if (line.startsWith("%")) {
    return "a line that begins with % may change what YAML takes the words below for: take it out";
  }
  const hidden = hiddenInLine(line);
  if (hidden !== undefined) {
    return `${hidden} is in this line, so it may not say what it shows: write the line anew`;
  }
  return hasOtherSpace(line.replace(/(^|\s)#.*$/, ""))
    ? "an invisible character is in this line: write the line anew, with plain spaces"
    : undefined;
}

function syntaxMistakes(file: AccessFile): Mistake[] {
  const { errors, warnings } = file.document;
  const mistakes = [...errors, ...warnings].map(({ code, message, pos }) => ({
    line: file.lineOfOffset(pos[0]),
    text: syntaxMistake(code, message, file.text),
  }));
  // One slip makes the parser stumble more than once, and in lines that are right.
  return mistakes.sort((one, other) => one.line - other.line).slice(0, 1);
}

function syntaxMistake(code: string, message: string, text: string): string {
  switch (code) {
    case "MULTILINE_IMPLICIT_KEY":
      return "a colon is missing at the end of this line, or of the one above";
    case "NON_STRING_KEY":
      return "a list or a mapping is in the place of a key: write a plain text and a colon";
    case "BAD_INDENT":
      return "this line does not begin below the others of its kind: give it, or the one above, the same spaces";
    case "TAB_AS_INDENT":
      return "a tab indents this line: write spaces instead";
    case "MULTIPLE_DOCS": {
      const mark = /^\.\.\.\s/m.test(text) ? "..." : "---";
      return `a second document begins here: keep one, and take out the line '${mark}'`;
    }
    case "RESOURCE_EXHAUSTION":
      return tooDeep;
    default:
      return `this is not YAML (${message}): look at the quotes, colons and spaces here and in the line above`;
  }
}

/** What follows calls itself for each level, and would end for want of memory. */
function depth(file: AccessFile): Mistake[] {
  const mistakes: Mistake[] = [];
  visit(file.document, {
    Collection: (_, node, path) => {
      if (path.length < deepest) {
        return undefined;
      }
      mistakes.push({ line: file.lineOf(node), text: tooDeep });
      return visit.BREAK;
    },
  });
  return mistakes;
}

/** In the lines they have been looked for already, but an escape or a text of several lines makes one in a value. */
function hiddenValues(file: AccessFile): Mistake[] {
  const mistakes: Mistake[] = [];
  visit(file.document, {
    Scalar: (_, scalar) => {
      if (typeof scalar.value !== "string") {
        return;
      }
      const hidden = hiddenInValue(scalar.value);
      if (hidden === undefined) {
        return;
      }
      const text = `${quoted(scalar.value)} holds ${hidden}: write it without`;
      mistakes.push({ line: file.lineOf(scalar), text });
    },
  });
  return mistakes;
}

/**
 * Aliases and merge keys. They would work, but a change to what they stand for changes the access of people whose lines
 * a reviewer does not see.
 */
function shorthands(file: AccessFile): Mistake[] {
  const mistakes: Mistake[] = [];
  visit(file.document, {
    Alias: (_, alias) => {
      mistakes.push({
        line: file.lineOf(alias),
        text: `*${alias.source} stands for something in another line: write that out here`,
      });
    },
    Pair: (_, pair) => {
      if (keyOf(pair) !== "<<") {
        return undefined;
      }
      mistakes.push({
        line: file.lineOf(isNode(pair.key) ? pair.key : undefined),
        text: "'<<' takes over what is in another line: write that out here",
      });
      // Its value is an alias, and the same mistake.
      return visit.SKIP;
    },
  });
  return mistakes;
}

function emptiness({ document: { contents: root } }: AccessFile): Mistake[] {
  const isEmpty = root === null || (isScalar(root) && root.value === null);
  return isEmpty
    ? [{ line: 1, text: "the file is empty: write 'projects' and 'people', as README.md shows" }]
    : [];
}
