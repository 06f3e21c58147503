import * as pulumi from "@pulumi/pulumi";

/** Does nothing and loads nothing: what is left is what the process of a dynamic provider costs by itself. */
const provider = `exports.handler = () => ({
  check: async (olds, news) => ({ inputs: news }),
  diff: async () => ({ changes: false }),
  create: async (inputs) => ({ id: inputs.projectId + "/" + inputs.username, outs: inputs }),
  read: async (id, props) => ({ id, props }),
});`;

/** A resource with the arguments of a ProjectUser or of ProjectUsers, and no Atlas behind it. */
export class NoopProjectUser extends pulumi.CustomResource {
  constructor(
    name: string,
    args: { projectId: string; username?: string; roles?: string[]; users?: object },
  ) {
    super("pulumi-nodejs:dynamic/bench:NoopProjectUser", name, { ...args, __provider: provider });
  }
}
