import * as pulumi from "@pulumi/pulumi";
import * as api from "../../provider/index";
import type { ResourceName } from "../../provider/resources/names";

/** What stands in states and programs of one resource. */
interface Golden {
  /** The arguments, in the order in which a mistake names them. */
  readonly arguments: readonly string[];
  /** All outputs, arguments included. */
  readonly outputs: readonly string[];
  /** Arguments that `check` accepts. */
  readonly example: object;
  /** The id of the example. */
  readonly id: string;
  /** What the engine may ask the handler for, beside what it asks all for. */
  readonly updates: boolean;
  /** What an import is told that the first `pulumi up` does without it. */
  readonly adopting: string;
}

const one = "1".repeat(24);
const two = "2".repeat(24);

/** All resources of this package. What is listed here must never change, but for outputs that are added. */
export const golden: Readonly<Record<ResourceName, Golden>> = {
  ProjectUser: {
    arguments: ["projectId", "username", "roles"],
    outputs: [
      "projectId",
      "username",
      "roles",
      "userId",
      "orgMembershipStatus",
      "invitationCreatedAt",
      "invitationExpiresAt",
      "inviterUsername",
    ],
    example: { projectId: one, username: "Ada@example.com", roles: ["GROUP_OWNER"] },
    id: `${one}/ada@example.com`,
    updates: true,
    adopting: "adopts a user who is in the project already",
  },
  TeamUser: {
    arguments: ["orgId", "teamId", "username", "userId"],
    outputs: ["orgId", "teamId", "username", "userId", "orgMembershipStatus"],
    example: { orgId: one, teamId: two, username: "Ada@example.com" },
    id: `${one}/${two}/ada@example.com`,
    updates: true,
    adopting: "adopts a user who is in the team already",
  },
  ProjectUsers: {
    arguments: ["projectId", "users", "ignore", "maxRemovals"],
    outputs: ["projectId", "users", "ignore", "maxRemovals", "userIds", "pending", "unmanaged"],
    example: {
      projectId: one,
      users: { "Ada@example.com": ["GROUP_OWNER"] },
      ignore: ["*@partner.example.com"],
    },
    id: one,
    updates: true,
    adopting: "adopts the users who are in the project already",
  },
  TeamUsers: {
    arguments: ["orgId", "teamId", "usernames", "ignore", "maxRemovals"],
    outputs: ["orgId", "teamId", "usernames", "ignore", "maxRemovals", "userIds", "pending", "unmanaged"],
    example: { orgId: one, teamId: two, usernames: ["Ada@example.com"], maxRemovals: 3 },
    id: `${one}/${two}`,
    updates: true,
    adopting: "adopts the users who are in the team already",
  },
  LinkToken: {
    arguments: ["orgId", "accessListIps"],
    outputs: ["orgId", "accessListIps", "linkToken"],
    example: { orgId: one, accessListIps: ["203.0.113.7"] },
    id: one,
    updates: false,
    adopting: "drops a link that is there already, as Atlas shows a token only once, and makes a new token",
  },
  MigrationCutover: {
    arguments: ["projectId", "liveMigrationId"],
    outputs: [
      "projectId",
      "liveMigrationId",
      "status",
      "readyForCutover",
      "lagTimeSeconds",
      "migrationHosts",
      "cutoverRequestedAt",
    ],
    example: { projectId: one, liveMigrationId: two },
    id: `${one}/${two}`,
    updates: true,
    adopting: "adopts a migration that is complete or being cut over already",
  },
  MaintenanceDeferral: {
    arguments: ["projectId", "deferrals", "triggers", "requireScheduled"],
    outputs: [
      "projectId",
      "deferrals",
      "triggers",
      "requireScheduled",
      "status",
      "numberOfDeferrals",
      "dayOfWeek",
      "hourOfDay",
      "timeZoneId",
    ],
    example: { projectId: one, deferrals: 2, requireScheduled: true, triggers: ["v1"] },
    id: one,
    updates: true,
    adopting: "counts deferrals that are there already",
  },
};

/** Class of a resource, as a test that walks all of them uses it. */
interface ResourceClass {
  new (name: string, args: object, options?: pulumi.CustomResourceOptions): pulumi.CustomResource;
  get(name: string, id: string): pulumi.CustomResource;
}

/** The resources that the package exports, with their classes, the names of their handlers, and what is pinned of them. */
export const resources = Object.entries(api as Record<string, unknown>)
  .filter(([, value]) => typeof value === "function" && value.prototype instanceof pulumi.CustomResource)
  .filter(([name]) => name !== "Provider")
  .map(([name, value]) => ({
    name,
    Resource: value as ResourceClass,
    handlerName: name.charAt(0).toLowerCase() + name.slice(1),
    ...golden[name as ResourceName],
  }));
