import type * as pulumi from "@pulumi/pulumi";
import type * as api from "../index";

type Api = typeof api;

/** The resources of this package: the classes of resources that it exports. */
export type ResourceName = {
  [Name in keyof Api]: Api[Name] extends abstract new (
    ...args: never
  ) => pulumi.CustomResource
    ? Name
    : never;
}[keyof Api];

/** The names of their handlers, by which states refer to them. */
export type HandlerName = Uncapitalize<ResourceName>;
