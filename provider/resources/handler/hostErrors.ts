import type * as pulumi from "@pulumi/pulumi";
import { AtlasError } from "../../atlas/errors/error";
import { fitToShow } from "./arguments";
import { ToldOnce } from "./toldOnce";

type AnyHandler = pulumi.dynamic.ResourceProvider;

const toldOnce = new ToldOnce();

/** A handler whose errors are fit for the dynamic provider host: without secrets, told once, and printed once. */
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

/** The same operation, whose errors are what `change` makes of them. */
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
 * For these operations the dynamic provider host prints an error's text and stack before it hands the error to the
 * engine, which shows the message once more with the resource. One sentence is enough for an error that is the user's
 * to mend; the stack of any other is kept.
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
      // Configurable, because one failed listing is the error of many reads.
      Object.defineProperties(error, {
        toString: { value: () => error.name, configurable: true },
        stack: { value: "see the error of the resource", configurable: true },
      });
    }
    return error;
  });
}

/** Errors that the language itself raises point to a mistake in this package. */
function isDefect(error: Error): boolean {
  return [TypeError, RangeError, ReferenceError, SyntaxError].some((type) => error instanceof type);
}
