import type { TeamKey } from "../../atlas/operations/index";
import { atlasIdPart, idCodec, userPart } from "../handler/id";

/** A user as a program declares it: by name or by id. */
export interface Who {
  username?: string | undefined;
  userId?: string | undefined;
}

export type Declared = TeamKey & Who;

export const teamUserId = idCodec(
  "TeamUser",
  { orgId: atlasIdPart(), teamId: atlasIdPart("5f1b3c2a9d8e7f6a5b4c3d2f"), user: userPart },
  ({ orgId, teamId, ...who }: Declared) => ({ orgId, teamId, user: nameOf(who) }),
  ({ orgId, teamId, user }) => ({ orgId, teamId, ...whoOf(user) }),
);

/** The last part of an id. */
export function nameOf({ username, userId }: Who): string {
  return username?.toLowerCase() ?? userId ?? "";
}

/** What the last part of an id says. */
export function whoOf(user: string): Who {
  return user.includes("@") ? { username: user } : { userId: user };
}
