import path from "node:path";
import ts from "typescript";

const root = path.join(__dirname, "..", "..");

/** What an editor shows at a place in a program. */
export interface Hover {
  /** The line of code, such as `constructor ProjectUser(…)`. */
  signature: string;
  /** The docstring, in markdown. */
  documentation: string;
  /** Its tags, such as `example`, with their text. */
  tags: Record<string, string>;
}

/** TypeScript's language service with some programs open in it, as an editor of somebody who uses the package has. */
export class Editor {
  private readonly service: ts.LanguageService;
  private readonly programs: ReadonlyMap<string, string>;

  /** @param programs the texts, by any name */
  constructor(programs: ReadonlyMap<string, string>) {
    this.programs = new Map([...programs].map(([name, text]) => [fileOf(name), text]));
    this.service = ts.createLanguageService({
      getScriptFileNames: () => [...this.programs.keys()],
      getScriptVersion: () => "1",
      getScriptSnapshot: (file) => {
        const text = this.programs.get(file) ?? ts.sys.readFile(file);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => root,
      getCompilationSettings: () => options,
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      fileExists: (file) => this.programs.has(file) || ts.sys.fileExists(file),
      readFile: (file) => this.programs.get(file) ?? ts.sys.readFile(file),
      directoryExists: ts.sys.directoryExists,
      getDirectories: ts.sys.getDirectories,
    });
  }

  /** The mistakes that the compiler finds in a program. */
  mistakes(name: string): string[] {
    const file = fileOf(name);
    return [...this.service.getSyntacticDiagnostics(file), ...this.service.getSemanticDiagnostics(file)].map(
      ({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"),
    );
  }

  /** What is shown over the first occurrence of `word` after `from`. */
  hover(name: string, word: string, from = ""): Hover {
    const file = fileOf(name);
    const text = this.programs.get(file) ?? "";
    const info = this.service.getQuickInfoAtPosition(file, text.indexOf(word, text.indexOf(from)));
    return asHover(info?.displayParts, info?.documentation, info?.tags);
  }

  /** What is shown beside `entry` in the list of completions that opens in front of `place`. */
  completion(name: string, entry: string, place: string): Hover {
    const file = fileOf(name);
    const position = (this.programs.get(file) ?? "").indexOf(place);
    const details = this.service.getCompletionEntryDetails(
      file,
      position,
      entry,
      {},
      undefined,
      {},
      undefined,
    );
    return asHover(details?.displayParts, details?.documentation, details?.tags);
  }
}

// The package is taken from its sources, which need no build.
const options: ts.CompilerOptions = {
  ...ts.parseJsonConfigFileContent(
    ts.readConfigFile(path.join(root, "tsconfig.json"), ts.sys.readFile).config,
    { ...ts.sys, readDirectory: () => [] },
    root,
  ).options,
  paths: { "mongodbatlas-dynamic": [path.join(root, "provider/index.ts")] },
};

function fileOf(name: string): string {
  return path.join(root, `${name.replace(/[^\w-]+/g, "-")}.ts`);
}

function asHover(
  signature: ts.SymbolDisplayPart[] | undefined,
  documentation: ts.SymbolDisplayPart[] | undefined,
  tags: ts.JSDocTagInfo[] | undefined,
): Hover {
  return {
    signature: ts.displayPartsToString(signature),
    documentation: ts.displayPartsToString(documentation),
    tags: Object.fromEntries((tags ?? []).map((tag) => [tag.name, ts.displayPartsToString(tag.text)])),
  };
}
