import { linkTokenMessages } from "../linkToken/messages";
import { maintenanceDeferralMessages } from "../maintenanceDeferral/messages";
import { migrationCutoverMessages } from "../migrationCutover/messages";
import type { HandlerName } from "../names";
import { projectUserMessages } from "../projectUser/messages";
import { projectUsersMessages } from "../projectUsers/messages";
import { typeToken } from "../registration";
import { teamUserMessages } from "../teamUser/messages";
import { teamUsersMessages } from "../teamUsers/messages";
import type { Messages } from "./messages";

/** One line a resource, which the compiler asks for. */
const all: Record<HandlerName | "projectUsers" | "teamUsers", Messages> = {
  projectUser: projectUserMessages,
  teamUser: teamUserMessages,
  projectUsers: projectUsersMessages,
  teamUsers: teamUsersMessages,
  linkToken: linkTokenMessages,
  migrationCutover: migrationCutoverMessages,
  maintenanceDeferral: maintenanceDeferralMessages,
};

const byType: ReadonlyMap<string, Messages> = new Map(
  Object.entries(all).map(([name, messages]) => [
    typeToken(`${name.charAt(0).toUpperCase()}${name.slice(1)}`),
    messages,
  ]),
);

/** What is said of the resources of a type token; nothing for those of other packages. */
export function messagesOf(type: string): Messages | undefined {
  return byType.get(type);
}
