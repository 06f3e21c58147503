import type * as pulumi from "@pulumi/pulumi";
import { type Connection, ProcessConnection } from "./resources/handler/connection";
import { withErrorsForHost } from "./resources/handler/hostErrors";
import type { HandlerName } from "./resources/names";

/*
 * What the `__provider` line in a stack's state leads to: one handler for each resource, loaded when the engine first
 * needs it. The module of `projectUser` exports `projectUserHandler`.
 */
const modules: Record<HandlerName, () => object> = {
  projectUser: () => require("./resources/projectUser/handler"),
  teamUser: () => require("./resources/teamUser/handler"),
  projectUsers: () => require("./resources/projectUsers/handler"),
  teamUsers: () => require("./resources/teamUsers/handler"),
  linkToken: () => require("./resources/linkToken/handler"),
  migrationCutover: () => require("./resources/migrationCutover/handler"),
  maintenanceDeferral: () => require("./resources/maintenanceDeferral/handler"),
};

type AnyHandler = pulumi.dynamic.ResourceProvider;

const connection = new ProcessConnection();

function lazily([name, load]: [string, () => object]): [string, PropertyDescriptor] {
  let handler: AnyHandler | undefined;
  const get = (): AnyHandler => {
    if (handler === undefined) {
      const factories = load() as Record<string, (connection: Connection) => AnyHandler>;
      handler = {
        ...withErrorsForHost((factories[`${name}Handler`] as (typeof factories)[string])(connection)),
        configure: async ({ config }) => connection.configure(config),
      };
    }
    return handler;
  };
  return [name, { enumerable: true, get }];
}

const handlers = Object.defineProperties({}, Object.fromEntries(Object.entries(modules).map(lazily)));

export = handlers as Readonly<Record<HandlerName, AnyHandler>>;
