import type * as pulumi from "@pulumi/pulumi";

/** The result of checking arguments. */
export interface Checked<Inputs> {
  readonly inputs: Inputs;
  readonly failures: pulumi.dynamic.CheckFailure[];
}
