import {
  type Document,
  OpenAPIBackend,
  type Operation as OpenApiOperation,
  SetMatchType,
  type ValidationResult,
} from "openapi-backend";
import { type Answer, Refusal } from "./answers";
import document from "./contract.json";
import { badQueryCode } from "./inferred";

export type Query = Readonly<Record<string, string | readonly string[]>>;

export interface Operation {
  readonly id: string;
  readonly method: string;
  /** The date in the media type; the token endpoint has none. */
  readonly version: string | undefined;
  readonly takesBody: boolean;
  readonly definition: OpenApiOperation;
  readonly pattern: RegExp;
  readonly parameterNames: readonly string[];
}

export interface Match {
  readonly operation: Operation;
  readonly params: Readonly<Record<string, string>>;
}

type ErrorObject = NonNullable<ValidationResult["errors"]>[number];

/** A schema of the contract, as far as it is rewritten here. */
interface Schema {
  $ref?: string;
  readOnly?: boolean;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: boolean;
}

/** The operations and schemas of `contract.json`, compiled once for the whole process. */
export class Contract {
  static #loaded: Promise<Contract> | undefined;
  readonly #backend: OpenAPIBackend<Document>;
  readonly #operations: readonly Operation[];
  readonly #anOperationWithErrors: Operation;

  static load(): Promise<Contract> {
    Contract.#loaded ??= Contract.#compile();
    return Contract.#loaded;
  }

  static async #compile(): Promise<Contract> {
    const backend = new OpenAPIBackend<Document>({
      definition: withClosedRequestBodies(document),
      quick: true,
      ignoreTrailingSlashes: false,
      coerceTypes: true,
      // The schemas are Atlas's own and the same at every start. Checking them costs more than compiling them.
      ajvOpts: { validateSchema: false, meta: false },
      customizeAjv: (ajv) => {
        ajv.addFormat("email", /^[^\s@]+@[^\s@]+\.[^\s@]+$/);
        ajv.addFormat("date-time", /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
        return ajv;
      },
    });
    await backend.init();
    return new Contract(backend);
  }

  private constructor(backend: OpenAPIBackend<Document>) {
    this.#backend = backend;
    // The most literal path first: '{userId}:addRole' would otherwise be taken for '{userId}'.
    this.#operations = backend.router
      .getOperations()
      .map(describe)
      .sort((left, right) => right.pattern.source.length - left.pattern.source.length);
    const sample = this.#operations.find((operation) => operation.id === "addGroupUsers");
    if (!sample) {
      throw new Error("contract.json has no addGroupUsers");
    }
    this.#anOperationWithErrors = sample;
  }

  get operationIds(): string[] {
    return this.#operations.map((operation) => operation.id).sort();
  }

  find(method: string, path: string): Match | undefined {
    for (const operation of this.#operations) {
      if (operation.method !== method) {
        continue;
      }
      const found = operation.pattern.exec(path);
      if (!found) {
        continue;
      }
      const values = operation.parameterNames.map((name, index) => [name, decode(found[index + 1] ?? "")]);
      return { operation, params: Object.fromEntries(values) };
    }
    return undefined;
  }

  knowsPath(path: string): boolean {
    return this.#operations.some((operation) => operation.pattern.test(path));
  }

  /** Why a request does not fit, as Atlas would say it; undefined if it fits. */
  refusalOf(
    operation: Operation,
    request: { path: string; query: Query; body: string | Readonly<Record<string, string>> },
  ): Refusal | undefined {
    const hasBody = request.body !== "";
    if (hasBody && !operation.takesBody) {
      const because = `${operation.id} takes no request body`;
      const detail = `The request content produced the validation error: ${because}.`;
      return new Refusal(400, "VALIDATION_ERROR", detail, { parameters: [because] });
    }
    const { errors } = this.#backend.validator.validateRequest(
      {
        method: operation.method,
        path: request.path,
        query: request.query as Record<string, string | string[]>,
        // The validator only looks at bodies of this type; the real one is checked with the version.
        headers: hasBody ? { "content-type": "application/json" } : {},
        ...(hasBody ? { body: request.body } : {}),
      },
      operation.definition,
    );
    if (!errors) {
      return undefined;
    }
    const [first] = [...errors].sort((left, right) => rank(left) - rank(right));
    return first && refusalFor(first, request.path);
  }

  /**
   * What is wrong with an answer of the simulator's own; empty if it fits.
   *
   * @param headersMustBeThere false: those of the contract may be missing, but not be wrong
   */
  faultsOf(
    operation: Operation | undefined,
    answer: Answer,
    headers: Readonly<Record<string, string | number>>,
    headersMustBeThere: boolean,
  ): string[] {
    const declared = operation && this.#declaredAnswer(operation, answer.status);
    if (!operation || !declared) {
      if (answer.status < 400) {
        return [`no answer ${answer.status} in the contract`];
      }
      return this.#errorsOf(this.#anOperationWithErrors, answer.body, 400);
    }
    if (!("content" in declared)) {
      return answer.body === undefined ? [] : ["a body where the contract has none"];
    }
    const { errors } = this.#backend.validator.validateResponseHeaders(headers, operation.definition, {
      statusCode: answer.status,
      setMatchType: headersMustBeThere ? SetMatchType.Superset : SetMatchType.Any,
    });
    return [...this.#errorsOf(operation, answer.body, answer.status), ...(errors ?? []).map(wordsOf)];
  }

  #declaredAnswer(operation: Operation, status: number): object | undefined {
    return operation.definition.responses?.[status];
  }

  #errorsOf(operation: Operation, body: unknown, status: number): string[] {
    const { errors } = this.#backend.validator.validateResponse(body, operation.definition, status);
    return (errors ?? []).map(wordsOf);
  }
}

function describe(definition: OpenApiOperation): Operation {
  const success = Object.entries(definition.responses ?? {}).find(([status]) => status.startsWith("2"))?.[1];
  const version = (success as { "x-atlas-version"?: string } | undefined)?.["x-atlas-version"];
  const parts = definition.path.split(/\{([^}]+)\}/);
  const source = parts
    .map((part, index) => (index % 2 === 1 ? "([^/]+)" : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")))
    .join("");
  return {
    id: definition.operationId ?? definition.path,
    method: definition.method.toUpperCase(),
    version,
    takesBody: definition.requestBody !== undefined,
    definition,
    pattern: new RegExp(`^${source}$`),
    parameterNames: parts.filter((_part, index) => index % 2 === 1),
  };
}

/** Atlas refuses attributes that a request does not have, read-only ones among them; OpenAPI alone would not. */
function withClosedRequestBodies(source: object): Document {
  const copy = structuredClone(source) as unknown as {
    paths: Record<string, Record<string, { requestBody?: { content: Record<string, { schema: Schema }> } }>>;
    components: { schemas: Record<string, Schema> };
  };
  for (const item of Object.values(copy.paths)) {
    for (const operation of Object.values(item)) {
      const media = operation.requestBody?.content["application/json"];
      if (media) {
        media.schema = closed(media.schema, copy.components.schemas);
      }
    }
  }
  return copy as unknown as Document;
}

function closed(schema: Schema, schemas: Readonly<Record<string, Schema>>): Schema {
  if (schema.$ref !== undefined) {
    const target = schemas[schema.$ref.split("/").at(-1) ?? ""];
    if (!target) {
      throw new Error(`contract.json has no ${schema.$ref}`);
    }
    return closed(target, schemas);
  }
  const result = { ...schema };
  if (schema.items) {
    result.items = closed(schema.items, schemas);
  }
  if (schema.properties) {
    result.additionalProperties = false;
    result.properties = Object.fromEntries(
      Object.entries(schema.properties)
        .filter(([, property]) => property.readOnly !== true)
        .map(([name, property]) => [name, closed(property, schemas)]),
    );
  }
  return result;
}

/** Atlas reads the path before the query and both before the body. */
function rank(error: ErrorObject): number {
  if (error.instancePath.startsWith("/path")) {
    return 0;
  }
  return error.instancePath.startsWith("/query") ? 1 : 2;
}

function refusalFor(error: ErrorObject, path: string): Refusal {
  const { instancePath, keyword } = error;
  const params = error.params as Record<string, unknown>;
  const name = String(params.additionalProperty ?? params.missingProperty ?? instancePath.split("/").at(-1));
  const because = `${name} ${error.message ?? "is invalid"}`;
  if (instancePath.startsWith("/path")) {
    return new Refusal(400, "PATH_PARAM_PARSE_ERROR", `The path ${path} is invalid: ${because}.`, {
      parameters: [path],
    });
  }
  if (instancePath.startsWith("/query")) {
    return new Refusal(400, badQueryCode, `Invalid query parameter: ${because}.`, { parameters: [name] });
  }
  if (keyword === "parse") {
    return new Refusal(400, "MALFORMED_JSON", "Received JSON is malformed.");
  }
  if (keyword === "additionalProperties") {
    return new Refusal(400, "INVALID_ATTRIBUTE", `Invalid attribute ${name} specified.`, {
      parameters: [name],
    });
  }
  if (keyword === "required") {
    return new Refusal(400, "MISSING_ATTRIBUTE", `The required attribute ${name} was not specified.`, {
      parameters: [name],
    });
  }
  const detail = `The request content produced the validation error: ${because}.`;
  return new Refusal(400, "VALIDATION_ERROR", detail, { parameters: [because] });
}

function wordsOf(error: ErrorObject): string {
  return `${error.instancePath || "the answer"} ${error.message ?? "does not fit"}`;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A broken escape is the client's: the validator refuses the segment as it stands.
    return segment;
  }
}
