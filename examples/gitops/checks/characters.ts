/** A kind of characters that nobody sees, or by which a line reads otherwise than it is. */
interface Kind {
  characters: RegExp;
  name: string;
}

const loneReturn: Kind = { characters: /\r/u, name: "a carriage return without a line feed" };
const turns: Kind = {
  characters: /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u,
  name: "a character that turns the direction of the text",
};
const controls: Kind = { characters: /\p{Cc}/u, name: "a control character" };
const invisible: Kind = {
  // Beside format characters there are letters, marks and a pattern of Braille that show nothing.
  characters: /[\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u,
  name: "an invisible character",
};
const lost: Kind = {
  characters: /\ufffd/u,
  name: "the trace of a character that was lost in another encoding",
};
const spaces: Kind = { characters: /(?! )\p{Zs}/u, name: "a space that is not the plain one" };
/** Not assigned, of private use, or half of a pair. */
const shapeless: Kind = { characters: /\p{C}/u, name: "a character that has no shape" };

/** What is hidden in a line, its comment included: as in `a control character (U+001B)`. */
export function hiddenInLine(line: string): string | undefined {
  // A tab is a space to YAML, and these two make a symbol an emoji. In a value none of them may be.
  return first(line.replace(/\t|\ufe0e|\ufe0f/gu, ""), [loneReturn, turns, controls, invisible, lost]);
}

/** Whether there is a space that YAML takes for a letter. */
export function hasOtherSpace(text: string): boolean {
  return spaces.characters.test(text);
}

/** What is hidden in a value, where an escape such as `\u202e` may have put it. */
export function hiddenInValue(value: string): string | undefined {
  return first(value, [turns, controls, invisible, lost, spaces, shapeless]);
}

/** The first character that is not of ASCII, as in `ö (U+00F6)`: it may look like one that is. */
export function notOfAscii(text: string): string | undefined {
  const found = /[^\p{ASCII}]/u.exec(text)?.[0];
  return found === undefined ? undefined : `${found} (${codePoint(found)})`;
}

function first(text: string, kinds: Kind[]): string | undefined {
  for (const { characters, name } of kinds) {
    const found = characters.exec(text)?.[0];
    if (found !== undefined) {
      return `${name} (${codePoint(found)})`;
    }
  }
  return undefined;
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
