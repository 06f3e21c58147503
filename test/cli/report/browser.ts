import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import which from "which";

/** Where the browser and its driver are; `undefined` where one is missing. */
export function findBrowser(): { chromium: string; driver: string } | undefined {
  const [chromium] = ["chromium", "chromium-browser", "google-chrome"].flatMap(
    (name) => which.sync(name, { nothrow: true }) ?? [],
  );
  const driver = which.sync("chromedriver", { nothrow: true });
  return chromium === undefined || driver === null ? undefined : { chromium, driver };
}

/** Options without which it does not start in a container, and asks its maker for nothing. */
export const browserArguments = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--hide-scrollbars",
  "--disable-background-networking",
  "--no-first-run",
];

/** A page in a browser, by the protocol of WebDriver. */
export class BrowserPage {
  private constructor(
    private readonly driver: ChildProcess,
    private readonly session: string,
  ) {}

  static async open(
    { chromium, driver: command }: { chromium: string; driver: string },
    url: string,
  ): Promise<BrowserPage> {
    const driver = spawn(command, ["--port=0"], { stdio: ["ignore", "pipe", "ignore"] });
    try {
      const base = `http://127.0.0.1:${await portOf(driver)}/session`;
      const options = { binary: chromium, args: browserArguments };
      const { sessionId } = (await send(base, {
        capabilities: { alwaysMatch: { "goog:chromeOptions": options } },
      })) as { sessionId: string };
      const page = new BrowserPage(driver, `${base}/${sessionId}`);
      await send(`${page.session}/url`, { url });
      return page;
    } catch (error) {
      driver.kill();
      throw error;
    }
  }

  /** Runs the body of a function in the page. */
  run(script: string): Promise<unknown> {
    return send(`${this.session}/execute/sync`, { script, args: [] });
  }

  async click(selector: string): Promise<void> {
    await send(`${this.session}/element/${await this.find(selector)}/click`, {});
  }

  async type(selector: string, text: string): Promise<void> {
    await send(`${this.session}/element/${await this.find(selector)}/value`, { text });
  }

  async resize(width: number, height: number): Promise<void> {
    await send(`${this.session}/goog/cdp/execute`, {
      cmd: "Emulation.setDeviceMetricsOverride",
      params: { width, height, deviceScaleFactor: 1, mobile: false },
    });
  }

  /** Shows it as a printer gets it. */
  async print(isPrinted: boolean): Promise<void> {
    await send(`${this.session}/goog/cdp/execute`, {
      cmd: "Emulation.setEmulatedMedia",
      params: { media: isPrinted ? "print" : "" },
    });
  }

  async close(): Promise<void> {
    await fetch(this.session, { method: "DELETE" });
    this.driver.kill();
  }

  private async find(selector: string): Promise<string> {
    const found = (await send(`${this.session}/element`, {
      using: "css selector",
      value: selector,
    })) as object;
    return String(Object.values(found)[0]);
  }
}

async function portOf(driver: ChildProcess): Promise<string> {
  if (driver.stdout === null) {
    throw new Error("The driver has no output");
  }
  for await (const line of createInterface(driver.stdout)) {
    const [, port] = /started successfully on port (\d+)/.exec(line) ?? [];
    if (port !== undefined) {
      return port;
    }
  }
  throw new Error("The driver has ended before it said on which port it listens");
}

async function send(url: string, body: object): Promise<unknown> {
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  const { value } = (await answer.json()) as { value: { error?: string; message?: string } | null };
  if (!answer.ok) {
    throw new Error(`${url}: ${value?.error}: ${value?.message}`);
  }
  return value;
}
