/** Tells a person at a terminal that something goes on. */
export interface Progress {
  /** Shows `text` in the place of what was shown before. */
  show(text: string): void;
  /** Takes away what is shown. */
  end(): void;
}

/** A line on a terminal that is written over, and nothing at all where the output is not one. */
export function progressOn(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) {
    return { show: () => {}, end: () => {} };
  }
  const startOfEmptyLine = "\r\x1b[K";
  return {
    show: (text) => void stream.write(`${startOfEmptyLine}${text.slice(0, stream.columns - 1)}`),
    end: () => void stream.write(startOfEmptyLine),
  };
}
