import type { IncomingHttpHeaders } from "node:http";
import { Refusal } from "./answers";
import type { Operation } from "./contract";
import {
  versionRefusedCode,
  versionRefusedStatus,
  wrongContentTypeCode,
  wrongContentTypeStatus,
} from "./inferred";

const versioned = /^application\/vnd\.atlas\.(\d{4}-\d{2}-\d{2})\+json$/;

/**
 * Atlas picks the version of a resource by the date in `Accept`: the newest one that is not younger. A body
 * must come under the same date.
 */
export function mediaTypeRefusal(
  operation: Operation,
  headers: IncomingHttpHeaders,
  hasBody: boolean,
): Refusal | undefined {
  const asked = (headers.accept ?? "")
    .split(",")
    .map((type) => versionOf(type))
    .find((date) => date !== undefined);
  if (asked === undefined) {
    return new Refusal(
      versionRefusedStatus,
      versionRefusedCode,
      "There is no version number in the request.",
    );
  }
  if (operation.version !== undefined && asked < operation.version) {
    const detail = `${operation.id} has no version ${asked}.`;
    return new Refusal(versionRefusedStatus, versionRefusedCode, detail, { parameters: [asked] });
  }
  if (hasBody && versionOf(headers["content-type"] ?? "") !== asked) {
    const detail = `The body must be application/vnd.atlas.${asked}+json.`;
    return new Refusal(wrongContentTypeStatus, wrongContentTypeCode, detail);
  }
  return undefined;
}

function versionOf(mediaType: string): string | undefined {
  const [type = ""] = mediaType.split(";");
  return versioned.exec(type.trim())?.[1];
}
