import * as v from "valibot";
import { optionalText } from "./fields";
import { defineOperation } from "./operation";

const project = v.object({ name: optionalText, orgId: v.string() });

/** A project, by its name and its organization. */
export const getGroup = defineOperation({
  operationId: "getGroup",
  method: "GET",
  path: "/groups/{groupId}",
  idempotent: true,
  summary: ({ projectId }: { projectId: string }) => `look up project ${projectId}`,
  requiredRole: "Project Read Only",
  rateLimitSet: ({ projectId }) => `project ${projectId}`,
  answer: project,
});
