import { spawn } from "node:child_process";
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as language from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";

/** As the SDK's runner says that it has already shown the error: `cmd/run`, nodeJSProcessExitedAfterLoggingUserActionableMessage. */
const alreadyShown = 32;

export interface LanguageHost {
  /** For the engine's `--client`. */
  address: string;
  close(): void;
}

/**
 * Runs the Pulumi program of a folder the way `pulumi up` does, with the SDK's own runner in a process of its own.
 * Stands in for `pulumi-language-nodejs`, which comes with releases of Pulumi but cannot be built from Go's modules.
 */
export async function startLanguageHost(
  folder: string,
  env: NodeJS.ProcessEnv,
  onOutput: (chunk: string) => void,
): Promise<LanguageHost> {
  const server = new grpc.Server();
  // The SDK declares its services for an older kind of definition than the server is typed for.
  server.addService(LanguageRuntimeService as unknown as grpc.ServiceDefinition, {
    getRequiredPlugins: answer(() => new language.GetRequiredPluginsResponse()),
    getRequiredPackages: answer(() => new language.GetRequiredPackagesResponse()),
    getPluginInfo: answer(() => new PluginInfo().setVersion("1.0.0")),
    run(
      call: grpc.ServerUnaryCall<language.RunRequest, language.RunResponse>,
      callback: grpc.sendUnaryData<language.RunResponse>,
    ) {
      runProgram(folder, env, call.request, onOutput).then(
        (response) => callback(null, response),
        (error: Error) => callback(error),
      );
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { address: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}

function answer<T>(make: () => T): (call: unknown, callback: grpc.sendUnaryData<T>) => void {
  return (_call, callback) => callback(null, make());
}

function runProgram(
  folder: string,
  env: NodeJS.ProcessEnv,
  request: language.RunRequest,
  onOutput: (chunk: string) => void,
): Promise<language.RunResponse> {
  const args = [
    // The program has an SDK of its own when its folder is another project.
    require.resolve("@pulumi/pulumi/cmd/run", { paths: [folder] }),
    `--project=${request.getProject()}`,
    `--organization=${request.getOrganization()}`,
    `--stack=${request.getStack()}`,
    `--parallel=${request.getParallel()}`,
    `--monitor=${request.getMonitorAddress()}`,
    // With --client, the engine passes its own address as the first argument of the program.
    `--engine=${request.getArgsList()[0] ?? ""}`,
    `--pwd=${folder}`,
    ...(request.getDryrun() ? ["--dry-run"] : []),
    ".",
  ];
  return new Promise((resolve, reject) => {
    const child = spawn("node", args, {
      cwd: folder,
      env: {
        ...env,
        PULUMI_NODEJS_TYPESCRIPT: "true",
        // A program is not of the package, and its check by TypeScript takes twice as long while coverage is recorded.
        NODE_V8_COVERAGE: undefined,
        PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        output += chunk;
        onOutput(chunk);
      });
    }
    child.once("error", reject);
    child.once("close", (code) => {
      const response = new language.RunResponse();
      if (code === alreadyShown) {
        response.setBail(true);
      } else if (code !== 0) {
        response.setError(`The program ended with exit code ${code}: ${output.trim()}`);
      }
      resolve(response);
    });
  });
}
