import type { Review, ReviewRow } from "../../../provider/cli/report/review";

export const now = new Date("2026-11-25T12:00:00Z");

/** A row of somebody who was added to a project, and has signed in. */
export function row(over: Partial<ReviewRow> = {}): ReviewRow {
  return {
    username: "ada@example.com",
    isPending: false,
    way: { kind: "project", roles: ["GROUP_READ_ONLY"] },
    teams: [],
    isOwner: false,
    declaredBy: [],
    undeclaredRoles: [],
    since: undefined,
    accountSince: "2024-03-02T08:00:00Z",
    lastSignIn: "2026-11-22T08:00:00Z",
    invitation: undefined,
    ...over,
  };
}

/** A user that a stack declares, an owner that no stack declares, and somebody who is invited. */
export const rows: readonly ReviewRow[] = [
  row({
    declaredBy: [
      {
        stack: "production",
        resource: "ProjectUser ada",
        urn: "urn:pulumi:production::access::pulumi-nodejs:dynamic/mongodbatlas:ProjectUser::ada",
        roles: ["GROUP_READ_ONLY"],
        since: new Date("2026-10-01T09:00:00Z"),
      },
    ],
    since: { at: "2026-10-01T09:00:00Z", because: "declared" },
  }),
  row({
    username: "mallory@example.com",
    way: { kind: "team", teamIds: ["t1"], roles: ["GROUP_OWNER"] },
    teams: ["operations"],
    isOwner: true,
    lastSignIn: undefined,
  }),
  row({
    username: "tess@example.com",
    isPending: true,
    accountSince: undefined,
    lastSignIn: undefined,
    since: { at: "2026-11-13T12:00:00Z", because: "invited" },
    invitation: {
      sentAt: "2026-11-13T12:00:00Z",
      expiresAt: "2026-12-13T12:00:00Z",
      sentBy: "olivia@example.com",
    },
  }),
];

export const shopId = "5f1b3c2a9d8e7f6a5b4c3d2e";

export function sample(over: Partial<Review> = {}): Review {
  return {
    now,
    stacks: ["production"],
    projects: [{ projectId: shopId, name: "shop", rows }],
    gaps: [],
    ...over,
  };
}

/** A project of many users. */
export function large(count: number): Review {
  const users = Array.from({ length: count }, (_, index) => {
    const username = `user${index}@example.com`;
    const like = rows[index % rows.length] ?? row();
    return { ...like, username };
  });
  return sample({ projects: [{ projectId: shopId, name: "shop", rows: users }] });
}
