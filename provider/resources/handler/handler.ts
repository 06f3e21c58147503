import type * as pulumi from "@pulumi/pulumi";

/** The life of one resource, as the dynamic provider host calls it; `configure` is the same for all. */
export type Handler<Inputs, Outputs> = Required<
  Omit<pulumi.dynamic.ResourceProvider<Inputs, Outputs>, "configure">
>;
