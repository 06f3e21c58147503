import type * as pulumi from "@pulumi/pulumi";

/** Functions of the SDK that its types do not declare. */
interface Waiting {
  gatherExplicitDependencies(dependsOn: pulumi.InvokeOutputOptions["dependsOn"]): Promise<pulumi.Resource[]>;
  getAllTransitivelyReferencedResources(
    resources: Set<pulumi.Resource>,
    exclude: Set<pulumi.Resource>,
  ): Promise<pulumi.Resource[]>;
}

/**
 * Outputs that resolve when the resources that a call has to wait for exist. As for the functions of other packages,
 * these are the resources that its arguments come from, those of `dependsOn`, and the children of components among
 * them.
 *
 * In a preview, the id of a resource that is going to be created is unknown.
 */
export async function identitiesOfDependencies(
  args: pulumi.Output<unknown>,
  dependsOn: pulumi.InvokeOutputOptions["dependsOn"],
): Promise<pulumi.Output<string>[]> {
  const { gatherExplicitDependencies, getAllTransitivelyReferencedResources } =
    require("@pulumi/pulumi/runtime/dependsOn") as Waiting;
  const sources = await (args as { allResources?(): Promise<Set<pulumi.Resource>> }).allResources?.();
  const direct = new Set([...(sources ?? []), ...(await gatherExplicitDependencies(dependsOn))]);
  const all = await getAllTransitivelyReferencedResources(direct, new Set());
  // Remote components and references to resources of another process have no id.
  return all.map((resource) => (resource as Partial<pulumi.CustomResource>).id ?? resource.urn);
}
