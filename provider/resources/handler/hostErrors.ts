import type * as pulumi from "@pulumi/pulumi";
import { AtlasError } from "../../atlas/errors/error";
import { fitToShow } from "./arguments";
import { ToldOnce } from "./toldOnce";

type AnyHandler = pulumi.dynamic.ResourceProvider;

const toldOnce = new ToldOnce();

/**
 * Makes the errors of a handler fit for the dynamic provider host: without secrets, each reason told once, and
 * printed once.
 */
export function withErrorsForHost(handler: AnyHandler): AnyHandler {
  return withQuietErrors(withReasonsToldOnce(withMistakesToShow(handler)));
}

function withMistakesToShow(handler: AnyHandler): AnyHandler {
  const { check } = handler;
  return {
    ...handler,
    ...(check && {
      check: async (olds: object, news: object) => {
        const { inputs, failures } = await check(olds, news);
        return { inputs, ...(failures === undefined ? {} : { failures: fitToShow(failures, news) }) };
      },
    }),
  };
}

function withReasonsToldOnce(handler: AnyHandler): AnyHandler {
  const { create, read, update, delete: remove } = handler;
  return {
    ...handler,
    create: brief(create),
    ...(read && { read: brief(read) }),
    ...(update && { update: brief(update) }),
    ...(remove && { delete: brief(remove) }),
  };
}

type Operation<Arguments extends unknown[], Result> = (...args: Arguments) => Promise<Result>;

/** The same operation, with its errors changed by `change`. */
function failing<Arguments extends unknown[], Result>(
  operation: Operation<Arguments, Result>,
  change: (error: unknown) => unknown,
): Operation<Arguments, Result> {
  return async (...args) => {
    try {
      return await operation(...args);
    } catch (error) {
      throw change(error);
    }
  };
}

function brief<Arguments extends unknown[], Result>(
  operation: Operation<Arguments, Result>,
): Operation<Arguments, Result> {
  return failing(operation, (error) => (error instanceof AtlasError ? toldOnce.shorten(error) : error));
}

/**
 * For these operations the dynamic provider host prints an error's text and stack before it passes the error to the
 * engine, which shows the message again with the resource. One sentence is enough for an error that the user can fix.
 * Any other error keeps its stack.
 */
function withQuietErrors(handler: AnyHandler): AnyHandler {
  const { check, diff, read, delete: remove } = handler;
  return {
    ...handler,
    ...(check && { check: quiet(check) }),
    ...(diff && { diff: quiet(diff) }),
    ...(read && { read: quiet(read) }),
    ...(remove && { delete: quiet(remove) }),
  };
}

function quiet<Arguments extends unknown[], Result>(
  operation: Operation<Arguments, Result>,
): Operation<Arguments, Result> {
  return failing(operation, (error) => {
    if (error instanceof Error && !isDefect(error)) {
      // Configurable, because many reads may fail with the same error of one listing.
      Object.defineProperties(error, {
        toString: { value: () => error.name, configurable: true },
        stack: { value: "see the error of the resource", configurable: true },
      });
    }
    return error;
  });
}

/** Errors that the language itself throws point to a defect in this package. */
function isDefect(error: Error): boolean {
  return [TypeError, RangeError, ReferenceError, SyntaxError].some((type) => error instanceof type);
}
