import { messagesOf } from "../../resources/messages/all";
import type { Messages, Place } from "../../resources/messages/messages";
import { texts } from "../../resources/messages/values";
import type { StateResource } from "../engine/record";
import { nameIn, propertiesOfId } from "./identity";
import { isOneMember, namesIn, placeKey, recorded } from "./memberships";

/** That a resource of a stack declares somebody as a member of a project or team. */
export interface Declaration {
  stack: string;
  /** The class and the name in the program, with a space between them. */
  resource: string;
  urn: string;
  /** Of a project; `undefined` for a team, and where they are secret. */
  roles: readonly string[] | undefined;
  /** When the stack began to manage it; `undefined` for a resource about all members, to which members come and go. */
  since: Date | undefined;
}

/** Who is declared as a member of which project or team, by the states of stacks. */
export class Declarations {
  private readonly byMember = new Map<string, Declaration[]>();
  private readonly projects = new Set<string>();

  /** Takes in what the state of a stack holds. */
  add(stack: string, resources: readonly StateResource[]): void {
    for (const resource of resources) {
      const messages = messagesOf(resource.type);
      // What was left behind by a replacement declares nobody any more.
      if (messages?.membership !== undefined && !resource.isExternal && !resource.isToBeDeleted) {
        this.addResource(stack, resource, messages);
      }
    }
  }

  /** Ids of the projects in which somebody is declared. */
  get projectIds(): string[] {
    return [...this.projects];
  }

  /**
   * The resources that declare somebody in a project or team.
   *
   * @param names all that Atlas knows the user by
   */
  of(place: Place, names: readonly string[]): Declaration[] {
    const found = names.flatMap(
      (name) => this.byMember.get(`${placeKey(place)}/${name.toLowerCase()}`) ?? [],
    );
    return [...new Map(found.map((each) => [`${each.stack} ${each.urn}`, each])).values()];
  }

  private addResource(stack: string, resource: StateResource, { membership, members }: Messages): void {
    const { type, id, urn, inputs, outputs, createdAt } = resource;
    const place = membership?.place({ ...inputs, ...propertiesOfId(type, id) });
    if (place === undefined) {
      return;
    }
    if (place.kind === "project") {
      this.projects.add(place.projectId.toLowerCase());
    }
    const declaration = { stack, urn, resource: `${type.split(":").at(-1) ?? type} ${nameIn(urn)}` };
    if (isOneMember(type)) {
      const names = recorded(type, id, inputs, outputs).flatMap((of) => namesIn(membership, of));
      this.keep(place, [...new Set(names)], { ...declaration, roles: rolesIn(inputs), since: createdAt });
      return;
    }
    for (const [name, member] of members?.of(inputs, outputs) ?? []) {
      this.keep(place, [name], { ...declaration, roles: rolesIn(member.inputs), since: undefined });
    }
  }

  private keep(place: Place, names: readonly string[], declaration: Declaration): void {
    for (const name of names) {
      const key = `${placeKey(place)}/${name}`;
      this.byMember.set(key, [...(this.byMember.get(key) ?? []), declaration]);
    }
  }
}

function rolesIn({ roles }: { readonly roles?: unknown }): string[] | undefined {
  return Array.isArray(roles) ? texts(roles) : undefined;
}
