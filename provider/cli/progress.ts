import { harmless } from "./report/inert";

/** Tells that something goes on. */
export interface Progress {
  /** Shows `text` in the place of what was shown before. */
  show(text: string): void;
  /** Tells why nothing moves. */
  note(text: string): void;
  /** Takes away what is shown. */
  end(): void;
}

/** Who reads a log sees at least every minute that something goes on, and no more than that. */
const intervalMs = 60_000;

/** A line on a terminal that is written over, and a line a minute elsewhere. */
export function progressOn(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? onTerminal(stream) : inLog(stream);
}

function onTerminal(stream: NodeJS.WriteStream): Progress {
  const startOfEmptyLine = "\r\x1b[K";
  return {
    show: (text) =>
      void stream.write(`${startOfEmptyLine}${harmless(text).slice(0, Math.max(0, stream.columns - 1))}`),
    note: (text) => void stream.write(`${startOfEmptyLine}${harmless(text)}\n`),
    end: () => void stream.write(startOfEmptyLine),
  };
}

function inLog(stream: NodeJS.WriteStream): Progress {
  let latest = "";
  let timer: NodeJS.Timeout | undefined;
  const keep = (text: string): void => {
    latest = text;
    // It must not keep the process alive.
    timer ??= setInterval(() => void stream.write(`${harmless(latest)}\n`), intervalMs).unref();
  };
  return {
    show: keep,
    note: keep,
    end: () => {
      clearInterval(timer);
      timer = undefined;
    },
  };
}
