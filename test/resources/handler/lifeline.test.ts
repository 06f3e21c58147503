import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, test } from "node:test";
import { endWithEngine } from "../../../provider/resources/handler/lifeline";

describe("the lifeline to the engine", () => {
  let engine: Server;
  let connections: Socket[];

  beforeEach(async () => {
    connections = [];
    engine = createServer((socket) => connections.push(socket)).listen(0, "127.0.0.1");
    await once(engine, "listening");
  });

  afterEach(() => {
    engine.close();
    for (const socket of connections) {
      socket.destroy();
    }
  });

  const address = () => `127.0.0.1:${(engine.address() as AddressInfo).port}`;

  test("ends the process when the engine is gone", async () => {
    const ended = new Promise<void>((end) => endWithEngine(address(), end));
    const [socket] = (await once(engine, "connection")) as [Socket];
    engine.close();
    socket.destroy();
    await ended;
  });

  test("goes on when the engine only drops the connection", async () => {
    let ended = false;
    endWithEngine(address(), () => {
      ended = true;
    });
    const [first] = (await once(engine, "connection")) as [Socket];
    first.destroy();
    await once(engine, "connection");
    assert.equal(ended, false);
  });

  test("ignores an address that is none", () => {
    endWithEngine("engine", () => assert.fail("ended"));
  });
});
