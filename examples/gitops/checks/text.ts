import { isNode, isScalar, visit } from "yaml";
import { type AccessFile, keyOf, type Mistake } from "./file";

/** What keeps the file from being read for certain. */
export function mistakesOfText(file: AccessFile): Mistake[] {
  // Each of these makes those after it complain of something else.
  for (const check of [strayCharacters, syntaxMistakes, shorthands, emptiness]) {
    const mistakes = check(file);
    if (mistakes.length > 0) return mistakes;
  }
  return [];
}

/** What gets into a file by accident, and makes the parser complain of something else. */
function strayCharacters({ text }: AccessFile): Mistake[] {
  return text.split("\n").flatMap((content, index) => {
    const line = index + 1;
    if (/^(<{7}|={7}|>{7})( |$)/.test(content)) {
      return [{ line, text: "a merge conflict is left here: keep one of the sides, and take out its marks" }];
    }
    // A byte order mark at the beginning of a file is no mistake.
    return /[\u00a0\u2000-\u200f\u2028\u2029\u202f\u2060]|(?!^)\ufeff/.test(content.replace(/(^|\s)#.*$/, ""))
      ? [{ line, text: "an invisible character stands in this line: write the line anew, with plain spaces" }]
      : [];
  });
}

function syntaxMistakes(file: AccessFile): Mistake[] {
  const { errors, warnings } = file.document;
  const mistakes = [...errors, ...warnings].map(({ code, message, pos }) => ({
    line: file.lineOfOffset(pos[0]),
    text: syntaxMistake(code, message),
  }));
  // One slip makes the parser stumble more than once, and in lines that are right.
  return mistakes.sort((one, other) => one.line - other.line).slice(0, 1);
}

function syntaxMistake(code: string, message: string): string {
  switch (code) {
    case "MULTILINE_IMPLICIT_KEY":
      return "a colon is missing at the end of this line, or of the one above";
    case "NON_STRING_KEY":
      return "a list or a mapping stands in the place of a key: write a plain text and a colon";
    case "BAD_INDENT":
      return "this line does not begin below the others of its kind: give it, or the one above, the same spaces";
    case "TAB_AS_INDENT":
      return "a tab indents this line: write spaces instead";
    case "MULTIPLE_DOCS":
      return "a second document begins here: keep one, and take out the line '---'";
    default:
      return `this is not YAML (${message}): look at the quotes, colons and spaces here and in the line above`;
  }
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
      if (keyOf(pair) !== "<<") return undefined;
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
