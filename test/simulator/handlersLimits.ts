import { Refusal } from "./answers";
import { type Call, type Handlers, text } from "./call";
import document from "./contract.json";
import {
  badQueryCode,
  limitsOfSeveralScopesAreRefused,
  limitsOfUnseenAre,
  limitsWithoutScopeAreAll,
} from "./inferred";
import { pageOf } from "./pages";
import type { RateLimiter } from "./rateLimit";

type Row = RateLimiter["sets"][number];

/** Paths and methods by the ids of their operations. */
const endpoints = new Map(
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => [
      operationId,
      { method: method.toUpperCase(), path },
    ]),
  ),
);

const scopeParameters = ["groupId", "orgId", "userId", "ipAddress"];

export const limitHandlers: Handlers = {
  /** What every limit is, and not how much of it is left. */
  listRateLimits: (call) => {
    checkScope(call);
    const [name, path] = [text(call, "name"), text(call, "endpointPath")];
    const scope = scopeOf(call);
    const rows = call.limiter.sets.filter(
      (row) =>
        (scope === undefined ? limitsWithoutScopeAreAll : row.set.scope === scope) &&
        (name === undefined || row.set.name === name) &&
        (path === undefined || row.operationIds.some((id) => endpoints.get(id)?.path === path)),
    );
    return pageOf(call, { items: rows, view, flags: {} });
  },
};

function scopeOf(call: Call): string | undefined {
  const scopes = { groupId: "GROUP", orgId: "ORGANIZATION", userId: "USER", ipAddress: "IP" };
  return Object.entries(scopes).find(([parameter]) => text(call, parameter) !== undefined)?.[1];
}

/** Somebody sees the limits of what they can see. */
function checkScope(call: Call): void {
  const given = scopeParameters.filter((parameter) => text(call, parameter) !== undefined);
  if (given.length > 1 && limitsOfSeveralScopesAreRefused) {
    throw new Refusal(400, badQueryCode, `${given.join(" and ")} cannot be used together.`, {
      parameters: given,
    });
  }
  const { organizations, projects } = call.world.directory;
  const [groupId, orgId, userId] = [text(call, "groupId"), text(call, "orgId"), text(call, "userId")];
  const project = projects.get(groupId ?? "");
  if (groupId !== undefined && (project === undefined || project.hiddenAs !== undefined)) {
    throw new Refusal(limitsOfUnseenAre.status, limitsOfUnseenAre.project, "User cannot access this group.");
  }
  if (orgId !== undefined && !organizations.has(orgId)) {
    throw new Refusal(
      limitsOfUnseenAre.status,
      limitsOfUnseenAre.organization,
      "User cannot access this organization.",
    );
  }
  if (userId !== undefined && userId !== call.callerName) {
    throw new Refusal(401, "USER_UNAUTHORIZED", "Current user is not authorized to perform this action.");
  }
}

function view({ set, size, operationIds }: Row): object {
  const value = (amount: number) => ({ defaultValue: null, value: amount });
  const [first = "", ...others] = set.name.replace(/[^A-Za-z ]/g, "").split(" ");
  return {
    endpointSetId: `${first.toLowerCase()}${others.join("")}_${set.scope.toLowerCase()}`,
    endpointSetName: set.name,
    scope: set.scope,
    capacity: value(size.capacity),
    refillRate: value(size.refill),
    refillDurationSeconds: value(Math.round(size.everyMs / 1_000)),
    endpoints: operationIds.flatMap((id) => endpoints.get(id) ?? []),
  };
}
