import type * as automation from "@pulumi/pulumi/automation";

/** A resource of `@pulumi/mongodbatlas` as a state has it. */
export interface OldDeclaration {
  /** Its class, whose module has the same name but for its first letter. */
  kind: string;
  name: string;
  inputs: Record<string, unknown>;
  /** What the inputs do not have. */
  outputs?: Record<string, unknown>;
  /** Names of what it depends on. */
  dependsOn?: string[];
  protect?: boolean;
}

const type = (kind: string): string =>
  `mongodbatlas:index/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`;

/** The state that `@pulumi/mongodbatlas` leaves in a stack, with the names and properties of its schema. */
export function oldState(
  project: string,
  stack: string,
  declarations: OldDeclaration[],
): automation.Deployment {
  const urnOf = (kind: string, name: string): string => `urn:pulumi:${stack}::${project}::${kind}::${name}`;
  const root = urnOf("pulumi:pulumi:Stack", `${project}-${stack}`);
  const provider = urnOf("pulumi:providers:mongodbatlas", "default_4_16_0");
  const providerId = "0a1b2c3d-0000-4000-8000-000000000000";
  const urns = new Map(declarations.map(({ kind, name }) => [name, urnOf(type(kind), name)]));
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
          inputs: { version: "4.16.0" },
          outputs: { version: "4.16.0" },
          ...times,
        },
        ...declarations.map(({ kind, name, inputs, outputs = {}, dependsOn = [], protect = false }) => ({
          urn: urns.get(name),
          custom: true,
          id: `id-of-${name}`,
          type: type(kind),
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
