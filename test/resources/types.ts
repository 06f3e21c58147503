import * as pulumi from "@pulumi/pulumi";
import * as v from "valibot";
import { defineHandler } from "../../provider/resources/handler/defineHandler";
import { atlasIdPart, idCodec } from "../../provider/resources/handler/id";
import type { ResourceNameIn } from "../../provider/resources/names";
import type { Registration } from "../../provider/resources/registration";

/*
 * What must not compile. `npx tsc` checks it: an expected error that does not come is an error itself.
 */

interface ThingArgs {
  orgId: pulumi.Input<string>;
  sizes?: pulumi.Input<pulumi.Input<number>[]>;
}

declare class Thing extends pulumi.CustomResource {
  readonly orgId: pulumi.Output<string>;
  readonly sizes: pulumi.Output<number[] | undefined>;
  readonly status: pulumi.Output<string>;
  constructor(name: string, args: ThingArgs, options?: pulumi.CustomResourceOptions);
}

const registered = { name: "Thing", adopting: "adopts it" };

export const right: Registration<Thing> = {
  ...registered,
  outputs: { orgId: undefined, sizes: undefined, status: undefined },
};

export const forgottenInClass: Registration<Thing> = {
  ...registered,
  // @ts-expect-error: status is missing.
  outputs: { orgId: undefined, sizes: undefined },
};

export const misspeltInClass: Registration<Thing> = {
  ...registered,
  // @ts-expect-error: there is no statos.
  outputs: { orgId: undefined, sizes: undefined, status: undefined, statos: undefined },
};

const shape = { orgId: v.string(), sizes: v.optional(v.array(v.number())) };
const stored = { status: v.string() };
const id = idCodec("Thing", { orgId: atlasIdPart() });
const declaredOnce = { kind: "link", identity: ["orgId"], where: "" } as const;
const outputs = { orgId: "o", sizes: undefined, status: "NEW" };
const life = {
  read: async () => outputs,
  reconcile: async () => outputs,
  delete: async () => {},
};

export const handler = defineHandler<typeof Thing>()({ arguments: shape, id, stored, declaredOnce, ...life });

export const forgottenArgument = defineHandler<typeof Thing>()({
  // @ts-expect-error: sizes is missing.
  arguments: { orgId: v.string() },
  id,
  stored,
  declaredOnce,
  ...life,
});

export const misspeltArgument = defineHandler<typeof Thing>()({
  // @ts-expect-error: there is no size.
  arguments: { ...shape, size: v.number() },
  id,
  stored,
  declaredOnce,
  ...life,
});

export const argumentOfAnotherType = defineHandler<typeof Thing>()({
  // @ts-expect-error: sizes are numbers.
  arguments: { ...shape, sizes: v.optional(v.array(v.string())) },
  id,
  stored,
  declaredOnce,
  ...life,
});

export const idOfAnother = defineHandler<typeof Thing>()({
  arguments: shape,
  // @ts-expect-error: no argument is a projectId.
  id: idCodec("Thing", { projectId: atlasIdPart() }),
  stored,
  declaredOnce,
  ...life,
});

export const identityOfAnother = defineHandler<typeof Thing>()({
  arguments: shape,
  id,
  stored,
  // @ts-expect-error: no argument is a projectId.
  declaredOnce: { ...declaredOnce, identity: ["projectId"] },
  ...life,
});

export const forgottenOutput = defineHandler<typeof Thing>()({
  arguments: shape,
  id,
  stored,
  declaredOnce,
  ...life,
  // @ts-expect-error: sizes must be named, also where there are none.
  reconcile: async () => ({ orgId: "o", status: "NEW" }),
});

export const misspeltOutput = defineHandler<typeof Thing>()({
  arguments: shape,
  id,
  stored,
  declaredOnce,
  ...life,
  // @ts-expect-error: status is missing, as it is misspelt.
  read: async () => ({ orgId: "o", sizes: [1], statos: "NEW" }),
});

export const outputThatMayLack = defineHandler<typeof Thing>()({
  arguments: shape,
  id,
  stored,
  declaredOnce,
  ...life,
  // @ts-expect-error: the class promises a status.
  reconcile: async () => ({ ...outputs, status: undefined }),
});

export const storedProperty = defineHandler<typeof Thing>()({
  arguments: shape,
  id,
  stored,
  declaredOnce,
  ...life,
  // @ts-expect-error: no statos is stored.
  isUnfinished: ({ statos }) => statos !== "COMPLETE",
});

interface Exports {
  Thing: typeof Thing;
  Provider: typeof pulumi.ProviderResource;
  getThing(): string;
}

export const namesOfResources: Record<ResourceNameIn<Exports>, true> = { Thing: true };

export const providerAsResource: Record<ResourceNameIn<Exports>, true> = {
  Thing: true,
  // @ts-expect-error: an explicit provider is no resource that has a handler.
  Provider: true,
};
