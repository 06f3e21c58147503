/**
 * An operation that was only partly completed. The engine stores the resource as not finished, with the properties,
 * and the next `pulumi up` calls `update`.
 *
 * The dynamic provider host recognises it by `id`, `properties` and `reasons`.
 */
export class PartialFailure extends Error {
  override readonly name = "PartialFailure";
  readonly reasons: string[];

  constructor(
    readonly id: string,
    readonly properties: object,
    cause: unknown,
  ) {
    const message = cause instanceof Error ? cause.message : String(cause);
    super(message);
    this.reasons = [message];
  }
}

/** What `reconcile` throws when it was only partly completed, with what it has seen until then. */
export class Unfinished extends Error {
  override readonly name = "Unfinished";

  constructor(
    readonly outputs: object,
    cause: unknown,
  ) {
    super("Not finished.", { cause });
  }
}
