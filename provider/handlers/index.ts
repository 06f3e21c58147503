import type * as pulumi from "@pulumi/pulumi";
import { AtlasError } from "../atlas/errors/error";
import { withoutSecrets } from "./arguments";
import { ProcessConnection } from "./connection";
import { ToldOnce } from "./toldOnce";

/*
 * What the `__provider` line in a stack's state leads to: one handler a resource type, each loaded when the engine
 * first needs it.
 */

type AnyHandler = pulumi.dynamic.ResourceProvider;

const connection = new ProcessConnection();

// Not `exports`, which is another object where esbuild or tsx has translated this file.
Object.defineProperties(module.exports, {
  projectUser: lazily(() =>
    (require("./projectUser") as typeof import("./projectUser")).projectUserHandler(connection),
  ),
  teamUser: lazily(() => (require("./teamUser") as typeof import("./teamUser")).teamUserHandler(connection)),
  linkToken: lazily(() =>
    (require("./linkToken") as typeof import("./linkToken")).linkTokenHandler(connection),
  ),
  migrationCutover: lazily(() =>
    (require("./migrationCutover") as typeof import("./migrationCutover")).migrationCutoverHandler(
      connection,
    ),
  ),
  maintenanceDeferral: lazily(() =>
    (require("./maintenanceDeferral") as typeof import("./maintenanceDeferral")).maintenanceDeferralHandler(
      connection,
    ),
  ),
});

function lazily(load: () => AnyHandler): PropertyDescriptor {
  let handler: AnyHandler | undefined;
  return {
    enumerable: true,
    get: () => {
      handler ??= {
        ...withQuietErrors(withReasonsToldOnce(withSecretsHidden(load()))),
        configure: async ({ config }) => connection.configure(config),
      };
      return handler;
    },
  };
}

function withSecretsHidden(handler: AnyHandler): AnyHandler {
  const { check } = handler;
  return {
    ...handler,
    ...(check && {
      check: async (olds: object, news: object) => {
        const { inputs, failures } = await check(olds, news);
        return { inputs, ...(failures === undefined ? {} : { failures: withoutSecrets(failures, news) }) };
      },
    }),
  };
}

const toldOnce = new ToldOnce();

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

function brief<Arguments extends unknown[], Result>(
  operation: (...args: Arguments) => Promise<Result>,
): (...args: Arguments) => Promise<Result> {
  return async (...args) => {
    try {
      return await operation(...args);
    } catch (error) {
      throw error instanceof AtlasError ? toldOnce.shorten(error) : error;
    }
  };
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
  operation: (...args: Arguments) => Promise<Result>,
): (...args: Arguments) => Promise<Result> {
  return async (...args) => {
    try {
      return await operation(...args);
    } catch (error) {
      if (error instanceof Error && !isDefect(error)) {
        // Configurable, because one failed listing is the error of many reads.
        Object.defineProperties(error, {
          toString: { value: () => error.name, configurable: true },
          stack: { value: "see the error of the resource", configurable: true },
        });
      }
      throw error;
    }
  };
}

/** Errors that the language itself raises point to a mistake in this package. */
function isDefect(error: Error): boolean {
  return [TypeError, RangeError, ReferenceError, SyntaxError].some((type) => error instanceof type);
}

export declare const projectUser: AnyHandler;
export declare const teamUser: AnyHandler;
export declare const linkToken: AnyHandler;
export declare const migrationCutover: AnyHandler;
export declare const maintenanceDeferral: AnyHandler;
