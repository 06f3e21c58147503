import { readId } from "../../atlas/id";
import { isUsername } from "./arguments";

/** One part of an id. */
interface IdPart {
  /** Its name in messages. @default the name of the part */
  readonly label?: string;
  readonly example: string;
  /** Whether a text, in lower case, can be this part. */
  accepts(text: string): boolean;
}

/** What the ids of a resource tell somebody who knows nothing else of it. */
export interface IdReader {
  /** The arguments that an id tells, also when {@link IdCodec.parse} refuses it; none when a part is missing. */
  argumentsOf(id: string): Readonly<Record<string, string>>;
  /** The id of a declaration of which these arguments are known; `undefined` when a part is missing. */
  ofKnown(known: Readonly<Record<string, string>>): string | undefined;
}

/** The format of the ids of a resource: how one is written, read, and explained. */
export interface IdCodec<Key, Declared> extends IdReader {
  /** The id of what a program declares. */
  of: (declared: Declared) => string;
  /** The id with these parts. */
  format: (key: Key) => string;
  /**
   * The parts of an id, in lower case.
   *
   * @throws Error for what {@link format} never writes
   */
  parse(id: string): Key;
}

export const atlasIdPart = (example = "5f1b3c2a9d8e7f6a5b4c3d2e"): IdPart => ({
  example,
  accepts: (text) => readId(text) !== undefined,
});

export const usernamePart: IdPart = { example: "ada@example.com", accepts: isUsername };

/** A user by name or by id. */
export const userPart: IdPart = {
  label: "username or userId",
  example: "ada@example.com",
  accepts: (text) => readId(text) !== undefined || isUsername(text),
};

/**
 * Ids that consist of parts with slashes between them. Names compare without case, so ids are in lower case.
 *
 * @param resource the class, for messages
 * @param parts in their order; only the last may have slashes, as an e-mail address can
 * @param keyOf the parts of what a program declares. @default the arguments of the same names
 * @param argumentsOf the other way round. @default the arguments of the same names
 */
export function idCodec<Name extends string>(
  resource: string,
  parts: Readonly<Record<Name, IdPart>>,
): IdCodec<Record<Name, string>, Record<Name, string>>;
export function idCodec<Name extends string, Declared>(
  resource: string,
  parts: Readonly<Record<Name, IdPart>>,
  keyOf: (declared: Declared) => Record<Name, string>,
  argumentsOf?: (key: Record<Name, string>) => object,
): IdCodec<Record<Name, string>, Declared>;
export function idCodec<Name extends string>(
  resource: string,
  parts: Readonly<Record<Name, IdPart>>,
  keyOf = (declared: Record<Name, string>): Record<Name, string> => declared,
  argumentsOf: (key: Record<Name, string>) => object = (key) => key,
): IdCodec<Record<Name, string>, Record<Name, string>> {
  const names = Object.keys(parts) as Name[];
  const format = (key: Readonly<Record<Name, string>>): string =>
    names
      .map((name) => key[name])
      .join("/")
      .toLowerCase();
  const split = (id: string): Record<Name, string> => {
    const texts = id.split("/");
    const last = names.length - 1;
    const values = [...texts.slice(0, last), texts.slice(last).join("/")];
    const entries = names.map((name, index) => [name, values[index] ?? ""] as const);
    return Object.fromEntries(entries) as Record<Name, string>;
  };
  return {
    of: (declared) => format(keyOf(declared)),
    format,
    argumentsOf(id) {
      const texts = id.split("/");
      const isWhole = texts.length >= names.length && !texts.includes("");
      return isWhole ? { ...argumentsOf(split(id)) } : {};
    },
    ofKnown(known) {
      const key = keyOf(known as Record<Name, string>);
      return names.every((name) => key[name]) ? format(key) : undefined;
    },
    parse(id) {
      const key = split(id.toLowerCase());
      if (!names.every((name) => parts[name].accepts(key[name]))) {
        const form = names.map((name) => `<${parts[name].label ?? name}>`).join("/");
        const example = names.map((name) => parts[name].example).join("/");
        throw new Error(`The id of a ${resource} must be ${form}, such as ${example}, but got '${id}'.`);
      }
      return key;
    },
  };
}
