import { once } from "node:events";
import net from "node:net";
import path from "node:path";

/** Holds the provider processes of a stack, so that none outlives its test. See providerLeash.cjs for the other end. */
export class ProviderLeash {
  readonly #sockets = new Set<net.Socket>();
  // Half-open, so that the closing of a socket tells that the process at its other end is gone.
  readonly #server = net.createServer({ allowHalfOpen: true }, (socket) => {
    this.#sockets.add(socket);
    socket.unref();
    // A process that is killed by the engine may well reset its connection.
    socket.on("error", () => socket.destroy());
    socket.once("close", () => this.#sockets.delete(socket));
    socket.once("end", () => socket.destroy());
    socket.resume();
  });

  /** What the engine's environment needs to hand on. */
  async env(): Promise<NodeJS.ProcessEnv> {
    this.#server.unref().listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address();
    if (address === null || typeof address === "string") {
      throw new Error("the leash has no port");
    }
    return {
      ATLAS_ENGINE_LEASH: String(address.port),
      NODE_OPTIONS: `--require ${JSON.stringify(path.join(__dirname, "providerLeash.cjs"))}`,
    };
  }

  /** Resolves when no provider process is left, each having ended by itself. */
  async gone(): Promise<void> {
    await Promise.all([...this.#sockets].map((socket) => once(socket.ref(), "close")));
  }

  /** Ends all provider processes and waits until they are gone. */
  async kill(): Promise<void> {
    const sockets = [...this.#sockets];
    await Promise.all(
      sockets.map(async (socket) => {
        const closed = once(socket, "close");
        socket.ref().end();
        await closed;
      }),
    );
  }

  async close(): Promise<void> {
    this.#server.close();
    await this.kill();
  }
}
