import { isoDate } from "./answers";
import { type Handlers, projectOf } from "./call";
import { pageOf } from "./pages";

export const projectHandlers: Handlers = {
  getGroup: (call) => {
    const { id, name, organization } = projectOf(call);
    // An id begins with the second of its creation.
    const created = isoDate(Number.parseInt(id.slice(0, 8), 16) * 1_000);
    return { status: 200, body: { clusterCount: 0, created, id, links: [], name, orgId: organization.id } };
  },

  listGroupTeams: (call) => {
    return pageOf(call, {
      items: [...projectOf(call).teams],
      view: ([{ id }, roles]) => ({ roleNames: [...roles], teamId: id }),
      flags: { includeCount: true },
    });
  },
};
