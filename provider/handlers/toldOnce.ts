import { AtlasError } from "../atlas/error";

/**
 * Tells the reason of a failure once when it is not about the resource that failed: one wrong key fails every resource of
 * a stack, and each would repeat it all.
 */
export class ToldOnce {
  private readonly reasons = new Set<string>();

  /** The error as it is, or with a short message when another resource has failed for the very same reason before. */
  shorten(error: AtlasError): AtlasError {
    const { method, path, status } = error;
    const request = `: ${method} ${path} `;
    const at = error.message.indexOf(request);
    const reason = withoutDetours(error.message.slice(at + request.length));
    if (at < 0 || !isCommon(status) || !this.reasons.has(reason)) {
      this.reasons.add(reason);
      return error;
    }
    return new AtlasError(
      `${error.message.slice(0, at)}, for the reason that is told in full for another resource.`,
      error,
    );
  }
}

/** What became of the request that others wait for is told by them as well, with a few words before it. */
function withoutDetours(reason: string): string {
  return reason.replace(/^was not sent, because .*?(?=was answered|got no answer)/, "");
}

/** Whether a failure says something about Atlas, the network or the credentials, rather than about one resource. */
function isCommon(status: number | undefined): boolean {
  return status === undefined || status === 401 || status === 403 || status === 429 || status >= 500;
}
