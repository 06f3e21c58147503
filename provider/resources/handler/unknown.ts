/** The placeholder in the inputs of a preview for a value that is not known yet (`rpc.unknownValue` of the SDK). */
export const unknownMarker = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether a value, or anything inside it, is not known yet. */
export function isUnknown(value: unknown): boolean {
  if (typeof value === "object" && value !== null) {
    return Object.values(value).some(isUnknown);
  }
  return value === unknownMarker;
}
