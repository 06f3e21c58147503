import type { Document, ToStringOptions } from "yaml";

/** How files are written: with two or four spaces, with lists further in or not, with spaces in brackets or not. */
const styles: readonly ToStringOptions[] = [2, 4].flatMap((indent) =>
  [true, false].flatMap((indentSeq) =>
    [false, true].map((flowCollectionPadding) => ({
      indent,
      indentSeq,
      flowCollectionPadding,
      lineWidth: 0,
    })),
  ),
);

/**
 * Finds how a file is written, so that a change of its document changes few other lines.
 *
 * @param document the file, before any change
 * @returns a function that writes the document as it is then
 */
export function rendererFor(document: Document, text: string): () => string {
  const hasReturns = text.includes("\r\n");
  const mark = text.startsWith("\ufeff") ? "\ufeff" : "";
  const render = (style: ToStringOptions): string => {
    const written = document.toString(style);
    return mark + (hasReturns ? written.replaceAll("\n", "\r\n") : written);
  };
  const lines = new Set(text.split("\n"));
  const [best] = styles
    .map((style) => ({
      style,
      changed: render(style)
        .split("\n")
        .filter((line) => !lines.has(line)).length,
    }))
    .sort((one, other) => one.changed - other.changed);
  return () => render(best?.style ?? {});
}
