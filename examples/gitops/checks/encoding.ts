import { isUtf8 } from "node:buffer";
import type { Mistake } from "./file";

/** The text of a file in UTF-8, with or without a byte order mark, or what keeps it from being read. */
export function textOfBytes(bytes: Buffer): string | Mistake {
  const utf16 = kindOfUtf16(bytes);
  if (utf16 !== undefined) {
    return {
      line: 1,
      text:
        `the file is in ${utf16}, and a review shows no changes of such a file: save it as UTF-8 ` +
        "(in Windows PowerShell write '| Out-File -Encoding utf8 access.yaml' in place of '> access.yaml')",
    };
  }
  if (isUtf8(bytes)) {
    return new TextDecoder().decode(bytes);
  }
  return {
    line: firstForeignLine(bytes),
    text:
      "this line is not in UTF-8, but perhaps in Latin-1 or Windows-1252: save the file as UTF-8, " +
      "and look whether its letters with accents are still right",
  };
}

function kindOfUtf16(bytes: Buffer): string | undefined {
  const mark = bytes.toString("hex", 0, 4);
  if (mark === "fffe0000" || mark === "0000feff") {
    return "UTF-32";
  }
  if (mark.startsWith("fffe")) {
    return "UTF-16 (little endian)";
  }
  if (mark.startsWith("feff")) {
    return "UTF-16 (big endian)";
  }
  // Without a mark: UTF-16 of mostly ASCII has a zero in every other byte, and a text in UTF-8 has none.
  const beginning = [...bytes.subarray(0, 1_000)];
  const even = beginning.filter((byte, at) => byte === 0 && at % 2 === 0).length;
  const odd = beginning.filter((byte, at) => byte === 0 && at % 2 === 1).length;
  if (Math.max(even, odd) <= beginning.length / 4) {
    return undefined;
  }
  return odd > even ? "UTF-16 (little endian)" : "UTF-16 (big endian)";
}

function firstForeignLine(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const lineFeed = bytes.indexOf("\n", start);
    const end = lineFeed < 0 ? bytes.length : lineFeed + 1;
    if (!isUtf8(bytes.subarray(start, end))) {
      break;
    }
    start = end;
  }
  return line;
}
