import type * as pulumi from "@pulumi/pulumi";
import { ProcessConnection } from "./connection";

/*
 * What the `__provider` line in a stack's state leads to: one handler a resource type, each loaded when the engine
 * first needs it.
 */

const connection = new ProcessConnection();

type Handler = pulumi.dynamic.ResourceProvider;

function configured(handler: Handler): Handler {
  return {
    ...handler,
    configure: async ({ config }) => connection.configure(config),
  };
}

Object.defineProperties(exports, {
  projectUser: lazily(() =>
    (require("./projectUser") as typeof import("./projectUser")).projectUserHandler(connection),
  ),
});

function lazily(load: () => Handler): PropertyDescriptor {
  let handler: Handler | undefined;
  return {
    enumerable: true,
    get: () => {
      handler ??= configured(load());
      return handler;
    },
  };
}

export declare const projectUser: Handler;
