/** As long as the name of a project may be in Atlas. */
const MOST_CHARACTERS = 64;
const MOST_WORDS = 4;

/** What a label may be, for a message. */
export const LABEL_ADVICE = `write at most ${MOST_WORDS} words of letters, digits and - _ . / ( ) & + ', such as 'online shop'`;

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
  if (label.length > MOST_CHARACTERS) {
    return `is longer than ${MOST_CHARACTERS} characters`;
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
  if (label.split(" ").length > MOST_WORDS) {
    return `has more than ${MOST_WORDS} words`;
  }
  if (/\. |\.$/u.test(label)) {
    return "is a sentence";
  }
  if (/\p{Script=Latin}/u.test(label) && /\p{Script=Cyrillic}|\p{Script=Greek}/u.test(label)) {
    return "has letters of two alphabets, some of which look alike";
  }
  return undefined;
}
