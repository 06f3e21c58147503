/** An id of Atlas in lower case, as Atlas writes it; `undefined` for what is not 24 hexadecimal digits. */
export function readId(value: unknown): string | undefined {
  return typeof value === "string" && /^[a-f0-9]{24}$/i.test(value) ? value.toLowerCase() : undefined;
}
