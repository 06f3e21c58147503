import type * as pulumi from "@pulumi/pulumi";
import type { Connection } from "./connection";

/**
 * The operations of one resource, as the dynamic provider host calls them; `configure` is the same for all. States
 * may have been edited, and programs may be wrong, so a value from either can be anything.
 */
export interface Handler<Inputs, Outputs> {
  check(olds: object | undefined, news: object): Promise<pulumi.dynamic.CheckResult<Inputs>>;
  diff(id: string, olds: object | undefined, news: object): Promise<pulumi.dynamic.DiffResult>;
  create(inputs: Inputs): Promise<{ id: string; outs: Outputs }>;
  read(id: string, props?: object): Promise<{ id?: string; props?: Outputs; inputs?: Inputs }>;
  update(id: string, olds: object | undefined, news: Inputs): Promise<{ outs: Outputs }>;
  delete(id: string, props: object | undefined): Promise<void>;
}

/** Makes the handler of a resource. */
export type HandlerFactory<Inputs, Outputs> = (connection: Connection) => Handler<Inputs, Outputs>;

/** A resource that every change replaces, so that the engine never updates it. */
export function withoutUpdate<Inputs, Outputs>(
  factory: HandlerFactory<Inputs, Outputs>,
): (connection: Connection) => Omit<Handler<Inputs, Outputs>, "update"> {
  return (connection) => {
    const { update: _, ...rest } = factory(connection);
    return rest;
  };
}
