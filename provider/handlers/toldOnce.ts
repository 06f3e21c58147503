import { AtlasError } from "../atlas/error";

/** Tells the reason of a failure once, as one wrong key fails every resource of a stack and each repeats it all. */
export class ToldOnce {
  private readonly reasons = new Set<string>();

  /** The error as it is, or with a short message when another resource has failed for the very same reason before. */
  shorten(error: AtlasError): AtlasError {
    const { method, path, status, errorCode } = error;
    const request = `: ${method} ${path} `;
    const at = error.message.indexOf(request);
    const reason = error.message.slice(at + request.length);
    if (at < 0 || !this.reasons.has(reason)) {
      this.reasons.add(reason);
      return error;
    }
    const answer = [status ?? "no answer", errorCode].filter((part) => part !== undefined).join(" ");
    return new AtlasError(
      `${error.message.slice(0, at)}, for the reason that is told in full for another resource (${answer}).`,
      error,
    );
  }
}
