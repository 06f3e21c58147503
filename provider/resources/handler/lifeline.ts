import { connect } from "node:net";

/** A connection that the other side ended sooner than this was refused rather than dropped, in milliseconds. */
const briefMs = 1_000;

/**
 * Ends this process as soon as the engine that started it is gone.
 *
 * A killed engine leaves its provider process behind, with everything it was doing: waiting for a migration to become
 * ready, and then cutting it over, while the next `pulumi up` does the same. Nobody would store what came of it.
 *
 * The lifeline is a bare connection to the engine's own port. The engine drops it now and then, for saying nothing, so
 * only a port that nobody listens on any more counts.
 *
 * @param address the engine's address, `127.0.0.1:<port>`
 */
export function endWithEngine(address: string, end: () => void): void {
  const [, host, port] = /^(.+):(\d+)$/.exec(address) ?? [];
  if (host === undefined || port === undefined) {
    return;
  }
  const watch = (): void => {
    const since = Date.now();
    let refused = false;
    const socket = connect({ host, port: Number(port) });
    socket.unref();
    socket.on("error", (error: NodeJS.ErrnoException) => {
      refused = error.code === "ECONNREFUSED";
    });
    socket.once("close", () => {
      if (refused) {
        end();
      } else {
        setTimeout(watch, Date.now() - since < briefMs ? briefMs : 0).unref();
      }
    });
    // Whatever the engine says on it is of no interest, but unread data would hide its end.
    socket.resume();
  };
  watch();
}
