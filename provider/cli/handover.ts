import { capital } from "../resources/messages/sentences";
import type { Step } from "./engine";
import type { Labels } from "./labels";
import type { Heir } from "./memberships";
import { type Described, declaredBefore, departure, describe, type PreviewRow, rowOf } from "./plannedRow";

/** What happens to a member that another resource declares as well. */
export function handover(planned: Described, { step: to, obstacle }: Heir, labels: Labels): PreviewRow[] {
  const { step, wording, were } = planned;
  const heir = describe(to, labels);
  if (obstacle !== undefined) {
    const loss = departure(planned);
    return [
      {
        ...loss,
        message: `${loss.message.replace(/\.$/, "")}, although ${resource(to, step)} declares the same: ${obstacle}.`,
      },
    ];
  }
  const transition = transitionTo(step, to);
  const common = {
    subject: wording.subject(were),
    before: declaredBefore(step),
    after: heir.declared,
    movesTo: to.urn,
  };
  const isSame = !/^(create|import|replace)$/.test(to.op) || !("roles" in were) || to.type !== step.type;
  return isSame || JSON.stringify(were["roles"]) === JSON.stringify(heir.will["roles"])
    ? [
        rowOf(planned, {
          ...common,
          op: "move",
          message: `${wording.willStay?.(were) ?? wording.subject(were)}: ${transition}.`,
        }),
      ]
    : [
        rowOf(planned, {
          ...common,
          op: "update",
          property: "roles",
          before: were["roles"],
          after: heir.will["roles"],
          message: `${wording.willUpdate({ ...were, ...heir.will }, "roles", were["roles"], heir.will["roles"])} ${capital(transition)}.`,
        }),
      ];
}

function transitionTo(from: Step, to: Step): string {
  if (from === to) {
    return `resource ${from.name} is made anew`;
  }
  if (to.op === "same" || to.op === "update") {
    return `resource ${from.name} goes away, and ${resource(to, from)} declares the same`;
  }
  if (to.type !== from.type) {
    return `resource ${from.name} becomes a part of ${resource(to, from)}`;
  }
  return from.name === to.name
    ? `resource ${from.name} gets another parent`
    : `resource ${from.name} becomes ${to.name}`;
}

/** The type only where it tells two resources apart. */
function resource(of: Step, other: Step): string {
  return of.type === other.type ? `resource ${of.name}` : `${of.type.split(":").at(-1)} ${of.name}`;
}
