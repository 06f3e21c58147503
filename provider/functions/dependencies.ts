import type * as pulumi from "@pulumi/pulumi";

/** What the SDK does for its own functions, and does not declare. */
interface Waiting {
  gatherExplicitDependencies(dependsOn: pulumi.InvokeOutputOptions["dependsOn"]): Promise<pulumi.Resource[]>;
  getAllTransitivelyReferencedResources(
    resources: Set<pulumi.Resource>,
    exclude: Set<pulumi.Resource>,
  ): Promise<pulumi.Resource[]>;
}

/**
 * What is known once the resources are there that a function must be asked after, as for the functions of other
 * packages: those that its arguments come from, those of `dependsOn`, and the children of components among them.
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
  // Remote components have no id, nor has what stands in for a resource of another process.
  return all.map((resource) => (resource as Partial<pulumi.CustomResource>).id ?? resource.urn);
}
