import { isoDate, Refusal } from "./answers";
import { type Call, flag, type Handlers, organizationOf, projectOf, text } from "./call";
import contract from "./contract.json";
import { type Happening, idOfKey } from "./events";
import {
  dateFiltersIncludeTheirSecond,
  employeesAreNamed,
  eventsNewestFirst,
  permissionDeniedStatus,
  serviceAccountIsNamedIn,
  unknownEventTypeCode,
} from "./inferred";
import { pageOf } from "./pages";
import type { Organization, Project } from "./people";

const schemas = contract.components.schemas;

/** Which types of events each feed has. */
const typesOfProjects = new Set([
  ...schemas.UserEventTypeViewForNdsGroup.enum,
  ...schemas.TeamEventTypeViewForNdsGroup.enum,
  ...schemas.ApiUserEventTypeViewForNdsGroup.enum,
  ...schemas.ServiceAccountEventTypeViewForNdsGroup.enum,
  ...schemas.NDSAuditTypeViewForNdsGroup.enum,
]);
const typesOfOrganizations = new Set([
  ...schemas.UserEventTypeViewForOrg.enum,
  ...schemas.TeamEventTypeView.enum,
  ...schemas.ApiUserEventTypeViewForOrg.enum,
  ...schemas.OrgEventTypeViewForOrg.enum,
  ...schemas.ServiceAccountEventTypeViewForOrg.enum,
]);

export const eventHandlers: Handlers = {
  listGroupEvents: (call) => listed(call, projectOf(call), typesOfProjects),

  listOrgEvents: (call) => listed(call, organizationOf(call), typesOfOrganizations),
};

function listed(call: Call, scope: Project | Organization, types: ReadonlySet<string>) {
  const { events } = call.world;
  if (events.unreadable.has(scope.id)) {
    const detail = "Current user is not authorized to perform this action.";
    throw new Refusal(permissionDeniedStatus, "USER_UNAUTHORIZED", detail);
  }
  const wanted = typesIn(call, "eventType", types);
  const excluded = typesIn(call, "excludedEventType", types);
  const [from, to] = [dateIn(call, "minDate"), dateIn(call, "maxDate")];
  const found = events
    .of(scope)
    .filter(({ type }) => (wanted.size === 0 || wanted.has(type)) && !excluded.has(type))
    .filter(({ at }) => isWithin(at, from, to));
  return pageOf(call, {
    items: eventsNewestFirst ? found.toReversed() : found,
    view: (happening) => viewOf(happening, flag(call, "includeRaw", false)),
    flags: { includeCount: true, includeRaw: false },
  });
}

function typesIn({ query }: Call, name: string, types: ReadonlySet<string>): ReadonlySet<string> {
  const asked = query[name] ?? [];
  const list = typeof asked === "string" ? [asked] : asked;
  for (const type of list) {
    if (!types.has(type)) {
      const detail = `An invalid enumeration value ${type} was specified.`;
      throw new Refusal(400, unknownEventTypeCode, detail, { parameters: [type] });
    }
  }
  return new Set(list);
}

function dateIn(call: Call, name: string): number | undefined {
  const value = text(call, name);
  return value === undefined ? undefined : Date.parse(value);
}

/** Events show whole seconds, and so do the dates of the query. */
function isWithin(at: number, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY): boolean {
  const second = Math.floor(at / 1_000) * 1_000;
  return dateFiltersIncludeTheirSecond ? from <= second && second <= to : from < second && second < to;
}

function viewOf(happening: Happening, includeRaw: boolean): object {
  const { id, at, type, organization, project, target } = happening;
  return {
    id,
    created: isoDate(at),
    eventTypeName: type,
    ...(project ? { groupId: project.id } : {}),
    orgId: organization.id,
    links: [],
    ...(target === undefined ? {} : { targetUsername: target }),
    ...actorOf(happening),
    ...(includeRaw
      ? { raw: { id, cre: isoDate(at), orgId: organization.id, orgName: organization.name } }
      : {}),
  };
}

function actorOf({ actor, organization }: Happening): object {
  const { kind, name, from } = actor;
  const address = from === undefined ? {} : { remoteAddress: from };
  switch (kind) {
    case "user": {
      const { userId } = organization.members.get(name) ?? {};
      return {
        ...address,
        isGlobalAdmin: false,
        username: name,
        ...(userId === undefined ? {} : { userId }),
      };
    }
    case "employee":
      return { ...address, isGlobalAdmin: true, ...(employeesAreNamed ? { username: name } : {}) };
    case "apiKey":
      return { ...address, isGlobalAdmin: false, publicKey: name, apiKeyId: idOfKey(name) };
    case "serviceAccount":
      return {
        ...address,
        isGlobalAdmin: false,
        ...(serviceAccountIsNamedIn === "publicKey"
          ? { publicKey: name }
          : { delegatePrincipal: { id: name, name: `account of ${organization.name}` } }),
      };
  }
}
