import type * as pulumi from "@pulumi/pulumi";

/** Properties of a resource that the SDK's types do not declare. */
interface Declared {
  readonly __pulumiType: string;
  readonly __parentResource?: Declared;
  readonly urn: pulumi.Output<string>;
}

const rootType = "pulumi:pulumi:Stack";

/**
 * Where a program declares a resource: the types of its parents, its own type and its name, such as
 * `acme:Team$pulumi-nodejs:dynamic/mongodbatlas:ProjectUser::ada`.
 *
 * It is the end of the resource's URN, so no two resources of a program share it, and it stays the same from run to
 * run. The dynamic provider host tells a handler neither name nor URN, so this is passed as a property.
 *
 * It never returns an output: a resource that depended on its own parent would wait for itself.
 */
export function declaredAs(
  type: string,
  name: string,
  parent: pulumi.Resource | undefined,
): string | Promise<string> {
  let types = type;
  let above = parent as Declared | undefined;
  while (above !== undefined && above.__pulumiType !== rootType) {
    // Of a resource in another process, such as the parent of a remote component, only the URN is known.
    if (above.__pulumiType === "") {
      return typesOf(above).then((outer) => `${outer === rootType ? "" : `${outer}$`}${types}::${name}`);
    }
    types = `${above.__pulumiType}$${types}`;
    above = above.__parentResource;
  }
  return `${types}::${name}`;
}

/** The types in a resource's URN, outermost first. Its URN is known, also in a preview. */
function typesOf({ urn }: Declared): Promise<string> {
  return new Promise((resolve) => {
    urn.apply((text) => resolve(text.split("::")[2] ?? ""));
  });
}
