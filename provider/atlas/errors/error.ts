/** What an {@link AtlasError} says besides its message. */
export interface AtlasErrorFields {
  /** Atlas's id of the operation, such as `addGroupUsers`; `createAccessToken` for a service account's token. */
  operation: string;
  /** HTTP method of the request, in capitals. */
  method: string;
  /** Path and query of the request, from `/api` on. */
  path: string;
  /** HTTP status of the answer; absent when there was none. */
  status?: number | undefined;
  /** Atlas's error code, such as `USER_ALREADY_IN_GROUP`; absent when Atlas sent none. */
  errorCode?: string | undefined;
  /** Atlas's own explanation. */
  detail?: string | undefined;
  /** True when Atlas may have carried out the request although no good answer came back. */
  mayHaveTakenEffect?: boolean;
  /** True when the answer has the form of Atlas's own errors, so that it does not come from a proxy. */
  isFromAtlas?: boolean;
}

/**
 * A request to Atlas that failed. The message says what could not be done and for which user or project. It names the
 * request and its answer, gives Atlas's explanation, and says what to do.
 *
 * Functions throw this error. When a resource fails, the engine reports the message, and a program cannot catch the
 * error.
 *
 * It deliberately holds no request, no configuration and no cause, so that it shows no credential however it is
 * printed.
 *
 * @example
 * ```typescript
 * async function statusOf(projectId: string, liveMigrationId: string): Promise<string> {
 *   try {
 *     const { status } = await getLiveMigration({ projectId, liveMigrationId });
 *     return status ?? "NOT_STARTED";
 *   } catch (error) {
 *     if (error instanceof AtlasError && error.status === 404) {
 *       return "GONE";
 *     }
 *     throw error;
 *   }
 * }
 * ```
 */
export class AtlasError extends Error {
  override readonly name = "AtlasError";
  /** Atlas's id of the operation, such as `addGroupUsers`; `createAccessToken` for a service account's token. */
  readonly operation: string;
  /** HTTP method of the request, in capitals. */
  readonly method: string;
  /** Path and query of the request, from `/api` on. */
  readonly path: string;
  /** HTTP status of the answer; `undefined` when there was none. */
  readonly status: number | undefined;
  /** Atlas's error code, such as `USER_ALREADY_IN_GROUP`; `undefined` when Atlas sent none. */
  readonly errorCode: string | undefined;
  /** Atlas's own explanation; `undefined` when Atlas sent none. */
  readonly detail: string | undefined;
  /** True when Atlas may have carried out the request although no good answer came back. */
  readonly mayHaveTakenEffect: boolean;
  /** True when the answer has the form of Atlas's own errors, so that it does not come from a proxy. */
  readonly isFromAtlas: boolean;

  constructor(message: string, fields: AtlasErrorFields) {
    super(message);
    this.operation = fields.operation;
    this.method = fields.method;
    this.path = fields.path;
    this.status = fields.status;
    this.errorCode = fields.errorCode;
    this.detail = fields.detail;
    this.mayHaveTakenEffect = fields.mayHaveTakenEffect ?? false;
    this.isFromAtlas = fields.isFromAtlas ?? false;
  }

  /** The same error with `advice` as its last sentence, for a caller that can give better advice. */
  withAdvice(advice: string): AtlasError {
    return new AtlasError(`${this.message} ${advice}`, this);
  }
}
