/** As long as the name of a project may be in Atlas. */
const mostCharacters = 64;
const mostWords = 4;

/** What a label may be, for a message. */
export const labelAdvice = `write at most ${mostWords} words of letters, digits and - _ . / ( ) & + ', such as 'online shop'`;

/**
 * Why a text is no label, or undefined. Comments and issues show labels to people who decide by them, so a label must
 * not read as a sentence of the report, lead anywhere, or call anybody.
 */
export function flawOfLabel(label: string): string | undefined {
  if (/:\/\/|\bwww\./iu.test(label)) {
    return "is a link";
  }
  if (/@/u.test(label)) {
    return "has an @, which calls somebody";
  }
  if (label.length > mostCharacters) {
    return `is longer than ${mostCharacters} characters`;
  }
  if (label !== label.normalize("NFC")) {
    return "has an accent as a character of its own, which looks the same and is not";
  }
  if (/^ | $| {2}/u.test(label)) {
    return "has spaces at an end or beside each other";
  }
  const sign = /[^\p{L}\p{M}\p{N} ._/()&+'-]/u.exec(label)?.[0];
  if (sign !== undefined) {
    return `has a ${sign} in it`;
  }
  if (!/^[\p{L}\p{N}]/u.test(label)) {
    return "does not begin with a letter or a digit";
  }
  if (label.split(" ").length > mostWords) {
    return `has more than ${mostWords} words`;
  }
  if (/\. |\.$/u.test(label)) {
    return "is a sentence";
  }
  if (/\p{Script=Latin}/u.test(label) && /\p{Script=Cyrillic}|\p{Script=Greek}/u.test(label)) {
    return "has letters of two alphabets, some of which look alike";
  }
  return undefined;
}
