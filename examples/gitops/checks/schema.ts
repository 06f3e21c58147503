import { readFileSync } from "node:fs";
import path from "node:path";
import { Ajv, type ErrorObject } from "ajv";
import { notOfAscii } from "./characters";
import type { AccessFile, Mistake, Path } from "./file";
import { alternatives, brief, describe, mapping, quoted, subject } from "./words";

/** The schema that editors use, too. Its `errorMessage` is what to write instead. */
interface Schema {
  errorMessage?: string;
  properties?: Record<string, Schema>;
}

const schema = JSON.parse(readFileSync(path.join(__dirname, "../access.schema.json"), "utf8")) as Schema & {
  definitions: { projectRole: { enum: string[] } };
};

/** The project roles that editors offer. */
export const projectRoles = schema.definitions.projectRole.enum;

/** Where the file is not as the schema wants it. */
export function mistakesOfForm(file: AccessFile): Mistake[] {
  const ajv = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true });
  ajv.addVocabulary(["errorMessage"]);
  const validate = ajv.compile(schema);
  validate(file.content);

  const errors = validate.errors ?? [];
  // An error of `anyOf` has a message of its own, and those beside it are its reasons.
  const explained = new Set(
    errors.filter(({ keyword }) => keyword === "anyOf").map(({ instancePath }) => instancePath),
  );
  return errors
    .filter(({ keyword, instancePath }) => keyword === "anyOf" || !explained.has(instancePath))
    .flatMap((error) => mistakesOf(file, error));
}

function mistakesOf(file: AccessFile, error: ErrorObject): Mistake[] {
  const at = pathOf(error.instancePath);
  const { errorMessage = "look into access.schema.json", properties = {} } = error.parentSchema as Schema;
  const mistake = (step: Path, text: string): Mistake[] => [{ line: file.lineAt([...at, ...step]), text }];
  switch (error.keyword) {
    case "additionalProperties": {
      const key = String(error.params["additionalProperty"]);
      return mistake([key], unknownKey(key, at, Object.keys(properties)));
    }
    case "required": {
      const key = String(error.params["missingProperty"]);
      return mistake([], `${mapping(at)} has no '${key}': ${properties[key]?.errorMessage ?? errorMessage}`);
    }
    case "uniqueItems": {
      const { i: second, j: first } = error.params as { i: number; j: number };
      const line = file.lineAt([...at, String(first)]);
      const item = brief(String((error.data as unknown[])[second]));
      return mistake([String(second)], `${item} is there already, in line ${line}: keep one of the two`);
    }
    case "anyOf":
      return mistake([], unknownRole(String(error.data)));
    case "propertyNames":
      // Says that there is another error, which says what is wrong with the name.
      return [];
    default: {
      const wrong = `${subject(at)} cannot be ${describe(error.data)}`;
      if (typeof error.data === "string" && /^[\w -]+:\S/.test(error.data)) {
        return mistake([], `${wrong}: write a space after the colon`);
      }
      if (error.propertyName === undefined) {
        return mistake([], `${wrong}: ${errorMessage}`);
      }
      return mistake([error.propertyName], `${flawOfAddress(error.propertyName, error)}: ${errorMessage}`);
    }
  }
}

function flawOfAddress(address: string, { keyword, params }: ErrorObject): string {
  if (keyword === "maxLength") {
    return `${quoted(address)} is longer than ${params["limit"]} characters`;
  }
  const foreign = notOfAscii(address);
  return foreign === undefined
    ? `${quoted(address)} is no e-mail address`
    : `${quoted(address)} has a character that is none of an e-mail address, ${foreign}`;
}

function unknownKey(key: string, at: Path, known: string[]): string {
  return key.includes("@")
    ? `${quoted(key)} looks like a person: write it two spaces further in than 'people', as the others`
    : `unknown key ${quoted(key)} of ${mapping(at)}: write ${alternatives(known.map((name) => `'${name}'`))}`;
}

function unknownRole(role: string): string {
  // Atlas's pages show `Project Read Only` where its API says `GROUP_READ_ONLY`.
  const guess = brief(role)
    .trim()
    .toUpperCase()
    .replaceAll(/[\s_-]+/g, "_")
    .replace(/^(ORG_|ORGANIZATION_|GROUP_|PROJECT_)?/, "GROUP_");
  const advice = `write a project role such as ${projectRoles.includes(guess) ? guess : "GROUP_READ_ONLY"}`;
  return role.startsWith("ORG_")
    ? `${brief(role)} is a role of the organization, and this is a project's list: ${advice}, or give it in Atlas under the organization's users`
    : `${quoted(role)} is no project role: ${advice}`;
}

/** The steps of a JSON pointer. */
function pathOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}
