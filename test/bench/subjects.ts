import type { automation } from "@pulumi/pulumi";
import { ProjectUser, ProjectUsers } from "mongodbatlas-dynamic";
import type { Operation } from "./measure";
import { NaiveProjectUser } from "./naive";
import { NoopProjectUser } from "./noop";
import type { Organization } from "./simulator";

/** What a stack consists of. All but the empty one declare the same users. */
export interface Subject {
  name: SubjectName;
  program(organization: Organization): automation.PulumiFn;
  /** Whether a resource declares all users of a project. @default a resource for each user */
  isWhole?: boolean;
  credentials: "apiKey" | "serviceAccount";
  env: Record<string, string>;
  /** It is measured in these operations; `undefined`: in all. */
  operations?: readonly Operation[];
  /** The largest number of users that it is measured with. */
  atMost?: number;
  /** The largest number of users with which its destroy is measured, which takes as long as the up and has no target. */
  destroyAtMost?: number;
}

export type SubjectName =
  | "empty"
  | "no-op"
  | "naive"
  | "ours"
  | "ours, no checkpoints"
  | "ours, service account"
  | "whole"
  | "whole, no-op";

type UserResource = new (
  name: string,
  args: { projectId: string; username: string; roles: string[] },
) => unknown;

const common = { credentials: "apiKey", env: {} } as const;

export const subjects: readonly Subject[] = [
  { ...common, name: "empty", program: () => async () => {} },
  { ...common, name: "no-op", program: usersOf(NoopProjectUser), destroyAtMost: 100 },
  { ...common, name: "naive", program: usersOf(NaiveProjectUser), destroyAtMost: 100 },
  { ...common, name: "ours", program: usersOf(ProjectUser) },
  {
    ...common,
    name: "ours, no checkpoints",
    program: usersOf(ProjectUser),
    env: { PULUMI_SKIP_CHECKPOINTS: "true" },
    operations: ["up"],
  },
  {
    ...common,
    name: "ours, service account",
    program: usersOf(ProjectUser),
    credentials: "serviceAccount",
    operations: ["up", "refresh"],
    // Its requests are all there is to see: it takes the same time as with an API key.
    atMost: 100,
  },
  { ...common, name: "whole", isWhole: true, program: membershipsOf(ProjectUsers) },
  {
    ...common,
    name: "whole, no-op",
    isWhole: true,
    program: membershipsOf(NoopProjectUser),
    destroyAtMost: 100,
  },
];

function usersOf(type: UserResource): Subject["program"] {
  return ({ projectIds, usernames }) =>
    async () => {
      usernames.forEach((username, index) => {
        const projectId = projectIds[index % projectIds.length] as string;
        new type(username, { projectId, username, roles: ["GROUP_READ_ONLY"] });
      });
    };
}

function membershipsOf(
  type: new (name: string, args: { projectId: string; users: Record<string, string[]> }) => unknown,
): Subject["program"] {
  return ({ projectIds, usernames }) =>
    async () => {
      projectIds.forEach((projectId, project) => {
        const users = usernames.filter((_, index) => index % projectIds.length === project);
        if (users.length > 0) {
          new type(projectId, {
            projectId,
            users: Object.fromEntries(users.map((username) => [username, ["GROUP_READ_ONLY"]])),
          });
        }
      });
    };
}

/** Whether there is a number to be had from this. */
export function isMeasured(subject: Subject, operation: Operation, users: number): boolean {
  const { operations, atMost = Infinity, destroyAtMost = Infinity } = subject;
  return (
    users <= atMost &&
    operations?.includes(operation) !== false &&
    !(operation === "destroy" && users > destroyAtMost)
  );
}
