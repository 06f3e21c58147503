import type { Operation, StackRecord, StateResource } from "./record";

/**
 * How long before the beginning of an operation and after its end it may write the state, in milliseconds: times of
 * the history are whole seconds, and the engine writes the last state after it has noted the end.
 */
const slackMs = 15_000;

/** Whether the time is not within the operation. */
function isOutside(time: Date, { startedAt, endedAt }: Operation): boolean {
  return time.getTime() < startedAt.getTime() - slackMs || time.getTime() > endedAt.getTime() + slackMs;
}

/** Whether the state was not written by the newest operation. Pulumi Cloud records all that happens to a state. */
export function isUnrecorded({ state, operations: [newest] }: StackRecord): boolean {
  return (
    newest !== undefined &&
    newest.version === 0 &&
    state.writtenAt !== undefined &&
    isOutside(state.writtenAt, newest)
  );
}

/**
 * What a state tells of an operation that its history does not know, as the reason for a doubt. Other backends than Pulumi
 * Cloud record an operation when it has ended, so that a killed one shows in what it has written only.
 */
export function traceOfUnrecorded(record: StackRecord): string | undefined {
  const { state, operations } = record;
  const [newest] = operations;
  const last = operations.at(-1);
  if (newest === undefined || last === undefined || newest.version !== 0) {
    return undefined;
  }
  const isChangedSince = ({ modifiedAt }: StateResource): boolean =>
    modifiedAt !== undefined &&
    modifiedAt > last.endedAt &&
    operations.every((operation) => isOutside(modifiedAt, operation));
  if (isUnrecorded(record) || state.resources.some(isChangedSince)) {
    return "its state was written by something that is not in its history, as by an update that was killed";
  }
  const left = resourcesLeftBy(last);
  const held = state.resources.filter(isCounted).length;
  return left === undefined || left === held
    ? undefined
    : `its state has ${held} ${held === 1 ? "resource" : "resources"} where the last update left ${left}, ` +
        "as after an update that was killed or after `pulumi state delete`";
}

/** Steps that leave a resource in the state, as the history counts them. */
const leaving = ["same", "create", "update", "replace"];

/** Steps that leave none, or one that is only read. */
const notLeaving = ["delete", "discard", "read", "refresh"];

/** How many resources an update has left; `undefined` where the history counts something else as well. */
function resourcesLeftBy({ changes }: Operation): number | undefined {
  const counted = Object.entries(changes).filter(([, count]) => count > 0);
  return counted.every(([op]) => leaving.includes(op) || notLeaving.includes(op))
    ? counted.reduce((sum, [op, count]) => (leaving.includes(op) ? sum + count : sum), 0)
    : undefined;
}

/** Whether the history counts it: it leaves out what the engine adds by itself. */
function isCounted({ type, urn, isExternal, isToBeDeleted }: StateResource): boolean {
  const isDefaultProvider = type.startsWith("pulumi:providers:") && /::default[^:]*$/.test(urn);
  return !isExternal && !isToBeDeleted && !isDefaultProvider;
}
