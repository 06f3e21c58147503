import type * as mongodbatlas from "@pulumi/mongodbatlas";
import type * as automation from "@pulumi/pulumi/automation";

type Package = typeof mongodbatlas;

/** Classes that are in the states of these tests. */
type Kind =
  | "CloudUserOrgAssignment"
  | "CloudUserProjectAssignment"
  | "CloudUserTeamAssignment"
  | "DatabaseUser"
  | "OrgInvitation"
  | "Project"
  | "ProjectInvitation"
  | "Team"
  | "TeamProjectAssignment";

/** A resource of `@pulumi/mongodbatlas` as a state has it. */
export type OldDeclaration = {
  [Name in Kind]: {
    kind: Name;
    name: string;
    inputs: Partial<ConstructorParameters<Package[Name]>[1]>;
    /** What the inputs do not have. */
    outputs?: { [Output in keyof InstanceType<Package[Name]>]?: unknown };
    /** Names of what it depends on. */
    dependsOn?: string[];
    protect?: boolean;
  };
}[Kind];

/** The state that `@pulumi/mongodbatlas` leaves in a stack, with the types and properties of its own classes. */
export function oldState(
  project: string,
  stack: string,
  declarations: OldDeclaration[],
): automation.Deployment {
  const { version } = require("@pulumi/mongodbatlas/package.json") as { version: string };
  const urnOf = (kind: string, name: string): string => `urn:pulumi:${stack}::${project}::${kind}::${name}`;
  const root = urnOf("pulumi:pulumi:Stack", `${project}-${stack}`);
  const provider = urnOf("pulumi:providers:mongodbatlas", "default");
  const providerId = "0a1b2c3d-0000-4000-8000-000000000000";
  const urns = new Map(declarations.map(({ kind, name }) => [name, urnOf(typeOf(kind), name)]));
  const times = { created: "2026-01-01T00:00:00Z", modified: "2026-01-01T00:00:00Z" };
  return {
    version: 3,
    deployment: {
      manifest: { time: "2026-01-01T00:00:00Z", magic: "", version: "" },
      resources: [
        { urn: root, custom: false, type: "pulumi:pulumi:Stack", ...times },
        {
          urn: provider,
          custom: true,
          id: providerId,
          type: "pulumi:providers:mongodbatlas",
          inputs: { version },
          outputs: { version },
          ...times,
        },
        ...declarations.map(({ kind, name, inputs, outputs = {}, dependsOn = [], protect = false }) => ({
          urn: urns.get(name),
          custom: true,
          id: `id-of-${name}`,
          type: typeOf(kind),
          inputs: { __defaults: [], ...inputs },
          outputs: { ...inputs, ...outputs },
          parent: root,
          provider: `${provider}::${providerId}`,
          dependencies: dependsOn.map((each) => urns.get(each)),
          ...(protect ? { protect } : {}),
          ...times,
        })),
      ],
    },
  };
}

/** The type token that the class registers. */
function typeOf(kind: Kind): string {
  const { [kind]: Class } = require("@pulumi/mongodbatlas") as Package;
  return (Class as unknown as { __pulumiType: string }).__pulumiType;
}
