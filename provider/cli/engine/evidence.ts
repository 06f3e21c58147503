import { idOf, nameIn } from "../report/identity";
import { isWithoutEffect, type Operation, type StackRecord } from "./record";
import { isUnrecorded, traceOfUnrecorded } from "./unrecorded";

/** What a comparison of the state with Atlas is worth. */
export type Evidence =
  /** The state holds what was declared. */
  | { kind: "known" }
  /** It may hold something else. */
  | Doubt
  /** State and Atlas change while they are compared, so that no difference and no agreement means anything. */
  | { kind: "running"; sentence: string }
  /** Nothing is declared. */
  | { kind: "nothing"; sentence: string };

export interface Doubt {
  kind: "doubt";
  /** Why, to follow a colon. */
  reason: string;
  /** What to do, as a sentence. */
  remedy: string;
  /** What may have made a difference, beside somebody outside the stack; to follow "or by". */
  suspect?: string;
}

const update = "Run `pulumi up`, then look for drift again.";

/**
 * Whether a state is known to hold what was declared. It is when the last operation that may have changed it was an
 * update of all of it that has succeeded, nothing has written to it since, and the comparison has looked at all of it.
 *
 * @param earlier what was on record before the comparison
 * @param later what was on record after it
 * @param seen URNs of the resources that were compared
 */
export function assess(
  stack: string,
  earlier: StackRecord,
  later: StackRecord,
  seen: ReadonlySet<string>,
): Evidence {
  return (
    whatRuns(stack, earlier, later) ??
    whatIsPending(later) ??
    whatIsMissing(stack, later) ??
    whatTheLastOperationLeft(later) ??
    whatIsNotOnRecord(later) ??
    whatWasNotSeen(later, seen) ?? { kind: "known" }
  );
}

/** Whether an operation runs, as far as that shows before anything is compared. */
export function whatRuns(stack: string, ...records: StackRecord[]): Evidence | undefined {
  const running = (sentence: string): Evidence => ({ kind: "running", sentence });
  const ifKilled = "If it was killed, run `pulumi cancel`, and then `pulumi up`.";
  for (const { operations, isLocked } of records) {
    const [newest] = operations;
    if (newest !== undefined && !isOver(newest)) {
      return running(
        `Stack ${stack} is being changed: the ${newest.kind} that began at ${newest.startedAt.toISOString()} has not ended, ` +
          `so that its state cannot be compared with Atlas. Look for drift again when it is over. ${ifKilled}`,
      );
    }
    if (isLocked) {
      return running(
        `Stack ${stack} is locked: an update of it is running, or was killed, so that its state cannot be compared with Atlas. ` +
          `Look for drift again when it is over. ${ifKilled}`,
      );
    }
  }
  const [first, ...others] = records.map(fingerprint);
  return others.some((other) => other !== first)
    ? running(
        `The state of stack ${stack} has changed while it was compared with Atlas: an update of it is running, or has just ` +
          "ended. Look for drift again when it is over.",
      )
    : undefined;
}

function isOver({ result }: Operation): boolean {
  return result !== "in-progress" && result !== "not-started";
}

/** What differs when an operation has written to a state; ciphertexts may differ by themselves. */
function fingerprint({ state }: StackRecord): string {
  const resources = state.resources.map(({ urn, id, isToBeDeleted, modifiedAt }) => [
    urn,
    id,
    isToBeDeleted,
    modifiedAt,
  ]);
  return JSON.stringify([state.writtenAt, state.pending.map(({ type, urn }) => [type, urn]), resources]);
}

/**
 * An engine that is killed leaves what it had begun. An update that is run then repeats a creation, which adopts what it
 * finds; the engine keeps the record of it all the same, but that of nothing else.
 */
function whatIsPending(record: StackRecord): Evidence | undefined {
  const { state, operations } = record;
  const last = operations.at(-1);
  const isHealed = last?.kind === "update" && isComplete(last) && !isUnrecorded(record);
  const pending = state.pending.filter(
    ({ type, urn, resourceType, inputs }) =>
      !(
        isHealed &&
        type === "creating" &&
        state.resources.some((resource) => resource.urn === urn && resource.id === idOf(resourceType, inputs))
      ),
  );
  const [first] = pending;
  if (first === undefined) {
    return undefined;
  }
  const name = nameIn(first.urn);
  const others = pending.length > 1 ? ` and ${pending.length - 1} more` : "";
  const forget =
    first.type === "creating"
      ? ` If the program does not declare ${name} any more, look for it with \`--unmanaged\`, and run \`pulumi refresh --clear-pending-creates\` before.`
      : "";
  return {
    kind: "doubt",
    reason: `an update was killed, or is running, while ${first.type} ${name}${others}`,
    remedy: `If none is running, run \`pulumi up\`, then look for drift again.${forget}`,
    suspect: "an update that did not end",
  };
}

function whatIsMissing(stack: string, { state, operations }: StackRecord): Evidence | undefined {
  const last = operations.at(-1);
  if (state.resources.length > 0 || (last !== undefined && !(last.kind === "destroy" && isComplete(last)))) {
    return undefined;
  }
  const why = last === undefined ? "nothing has been deployed yet" : "all of it has been destroyed";
  return {
    kind: "nothing",
    sentence: `Stack ${stack} has nothing to compare with Atlas: ${why}. Run \`pulumi up\` first, or look at another stack.`,
  };
}

/** An update of everything that has succeeded. */
function isComplete({ result, isPartial }: Operation): boolean {
  return result === "succeeded" && !isPartial;
}

function whatTheLastOperationLeft({ operations }: StackRecord): Evidence | undefined {
  const last = operations.at(-1);
  const doubt = (reason: string, suspect?: string): Evidence => ({
    kind: "doubt",
    reason,
    remedy: update,
    ...(suspect === undefined ? {} : { suspect }),
  });
  if (last === undefined || isWithoutEffect(last)) {
    return doubt("no update of it is on record, as after its state was imported");
  }
  if (last.result !== "succeeded") {
    return doubt(`the last ${last.kind} has failed`, `the ${last.kind} that has failed`);
  }
  if (last.kind === "refresh") {
    return doubt("the last refresh took over what Atlas has");
  }
  if (last.isPartial) {
    return doubt(`the last ${last.kind} was for some of its resources only`);
  }
  const article = /^[aeiou]/.test(last.kind) ? "an" : "a";
  return last.kind === "update"
    ? undefined
    : doubt(`the last operation was ${article} ${last.kind}, and no update`);
}

function whatIsNotOnRecord(record: StackRecord): Evidence | undefined {
  const reason = traceOfUnrecorded(record);
  return reason === undefined
    ? undefined
    : { kind: "doubt", reason, remedy: update, suspect: "an update that did not end" };
}

/** A resource that the engine did not look at may be anything. */
function whatWasNotSeen({ state }: StackRecord, seen: ReadonlySet<string>): Evidence | undefined {
  const unseen = state.resources.filter(
    ({ urn, type, isCustom }) => isCustom && !type.startsWith("pulumi:providers:") && !seen.has(urn),
  );
  return unseen.length === 0
    ? undefined
    : {
        kind: "doubt",
        reason: `the engine has not looked at ${unseen.length} of its resources`,
        remedy: "Look at `pulumi refresh --preview-only` for the reason.",
      };
}
