import { AtlasError } from "../../atlas/errors/error";

/**
 * Tells the reason of a failure only once when it is not about the resource that failed: with one wrong key, every
 * resource of a stack fails, and each would repeat the whole message.
 */
export class ToldOnce {
  private readonly reasons = new Set<string>();

  /** The error as it is, or with a short message when another resource has failed for the very same reason before. */
  shorten(error: AtlasError): AtlasError {
    const { method, path, status, errorCode } = error;
    const request = `: ${method} ${path} `;
    const at = error.message.indexOf(request);
    const said = error.message.slice(at + request.length);
    // When a request fails that others wait for, they fail too, and their messages end in the same words.
    const reason = said.slice(Math.max(0, said.search(/was answered |got no answer /)));
    if (at < 0 || !isCommon(status) || !this.reasons.has(reason)) {
      this.reasons.add(reason);
      return error;
    }
    const answer =
      status === undefined
        ? said.startsWith("was not sent")
          ? "not sent"
          : "no answer"
        : [status, errorCode].filter((part) => part !== undefined).join(" ");
    return new AtlasError(
      `${error.message.slice(0, at)}, for the reason that is told in full for another resource (${answer}).`,
      error,
    );
  }
}

/** Whether a failure says something about Atlas, the network or the credentials, rather than about one resource. */
export function isCommon(status: number | undefined): boolean {
  return status === undefined || status === 401 || status === 403 || status === 429 || status >= 500;
}
