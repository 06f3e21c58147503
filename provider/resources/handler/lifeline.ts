import { connect } from "node:net";

/** A connection that lasted less than this is opened again only after the same time, in milliseconds. */
const briefMs = 1_000;

/**
 * Ends this process as soon as the engine that started it is gone.
 *
 * A killed engine leaves its provider process running, which may wait for a migration to become ready and then cut it
 * over, while the next `pulumi up` does the same. Nobody would store the result.
 *
 * The lifeline is a bare connection to the engine's own port. The engine drops it now and then because nothing is
 * sent, so only a port that nobody listens on any more means that the engine is gone.
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
    // What the engine sends does not matter, but unread data would hide the end of the connection.
    socket.resume();
  };
  watch();
}
