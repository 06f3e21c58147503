import * as http from "node:http";
import * as https from "node:https";
import axios, { type AxiosInstance } from "axios";
import { isLoopback, type Settings } from "./settings";

/** The largest answer that is read, in bytes; 500 users, the most that a page holds, are about 200 kB. */
const answerLimitBytes = 16 * 1024 * 1024;

/** One pool of connections to Atlas, which sends what it is given and reads answers as text. */
export function createTransport({ baseUrl, proxy }: Settings): AxiosInstance {
  // Node's agents tunnel through the proxy that they are given. Requests to this machine never use one.
  const isLocal = isLoopback(new URL(baseUrl).hostname);
  const agent = {
    keepAlive: true,
    ...(isLocal || proxy === undefined ? {} : { proxyEnv: proxy.environment }),
  };
  return axios.create({
    baseURL: baseUrl,
    httpAgent: new http.Agent(agent),
    // Set explicitly, because NODE_TLS_REJECT_UNAUTHORIZED in the environment would decide otherwise.
    httpsAgent: new https.Agent({ ...agent, rejectUnauthorized: true }),
    // Set for this machine only, because with `false` axios also removes the proxy from the agent.
    ...(isLocal ? { proxy: false } : {}),
    maxRedirects: 0,
    maxContentLength: answerLimitBytes,
    responseType: "text",
    transformRequest: [(body: unknown) => body],
    transformResponse: [(body: unknown) => body],
  });
}
