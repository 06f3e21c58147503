import { ConfigurationError } from "./atlas/errors/configurationError";
import { AtlasError } from "./atlas/errors/error";

/** The property by which the SDK recognizes `pulumi.RunError`, whose class would take long to load. */
const mark = "__pulumiRunError";

/**
 * Marks an error as a mistake of the user, not of this package: when it ends a program, Pulumi shows its message without a
 * stack, as it does for `pulumi.RunError`.
 *
 * @param error an error, or the prototype of a class of errors
 */
export function showWithoutStack(error: Error): void {
  Object.defineProperty(error, mark, { value: true, enumerable: false });
}

/** Whether {@link showWithoutStack} has marked the error or its class. */
export function showsWithoutStack(error: Error): boolean {
  return mark in error;
}

// These classes know nothing of Pulumi. Marking the class also covers an error that a program makes itself, for example
// with `withAdvice`.
showWithoutStack(AtlasError.prototype);
showWithoutStack(ConfigurationError.prototype);
