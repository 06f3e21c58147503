// A theme for typedoc-plugin-markdown: one page for each resource, function and error, in the order in which a reader
// asks. The stock pages list a class by its kinds of members, with constructors and inheritance, and know no column for
// what is required or for defaults.
import { Converter, ReflectionKind } from "typedoc";
import { MarkdownTheme } from "typedoc-plugin-markdown";

/** Called by typedoc, which finds this file in `typedoc.json`. */
export function load(app) {
  app.renderer.defineTheme("reference-pages", ReferencePages);
  // A module is named like its file; a page is to be named like what it describes.
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
      module.name = subjectOf(module).name;
    }
  });
}

class ReferencePages extends MarkdownTheme {
  indexTemplate = (page) => this.reflectionTemplate(page);

  reflectionTemplate = (page) => {
    const say = (parts) =>
      this.getRenderContext(page)
        .helpers.getCommentParts(parts ?? [])
        .trim();
    return page.model.kindOf(ReflectionKind.Project)
      ? indexPage(page.model, say)
      : subjectPage(page.model, say);
  };
}

function indexPage(project, say) {
  const pages = project.children.map((module) => {
    const subject = subjectOf(module);
    const [what] = say(commentOf(subject)?.summary).split("\n\n");
    return { kind: kindOf(subject), row: [`[${subject.name}](${subject.name}.md)`, what] };
  });
  return [
    "# Reference",
    "Written by `npm run docs` from the docstrings, which editors show as well: change those, and not these pages.",
    ...["Resource", "Function", "Provider", "Error"].flatMap((kind) => [
      `## ${kind}s`,
      table(
        [kind, "What it is or does"],
        pages.filter((page) => page.kind === kind).map(({ row }) => row),
      ),
    ]),
  ].join("\n\n");
}

function subjectPage(module, say) {
  const subject = subjectOf(module);
  const comment = commentOf(subject);
  return [
    `# ${subject.name}`,
    say(comment?.summary),
    ...exampleOf(module, comment, say),
    ...(kindOf(subject) === "Error" ? fieldsOf(subject, say) : []),
    ...(kindOf(subject) === "Resource" ? resourceTables(module, subject, say) : []),
    ...(kindOf(subject) === "Function" ? functionTables(module, subject, say) : []),
    ...(kindOf(subject) === "Provider" ? providerTables(module, subject, say) : []),
  ].join("\n\n");
}

function exampleOf(module, comment, say) {
  const example = say(comment?.getTag("@example")?.content);
  // A docstring does without the import, which an editor adds; a reader wants a program that runs.
  const names = module.parent.children
    .flatMap(({ children }) => children.filter(isValue))
    .map(({ name }) => name)
    .filter((name) => new RegExp(`\\b${name}\\b`).test(example));
  const program = example.includes("import ")
    ? example
    : example.replace("```typescript\n", `$&import { ${names.join(", ")} } from "mongodbatlas-dynamic";\n\n`);
  return example === "" ? [] : ["## Example", program];
}

function resourceTables(module, resource, say) {
  return [
    "## Arguments",
    "Each can be a value, or an output of another resource.",
    argumentTable(module, memberOf(module, `${resource.name}Args`), say),
    "## Outputs",
    outputTable(module, propertiesOf(resource), say, ["`id`", "`string`", idOf(resource, say)]),
    ...methodsOf(resource, say),
  ];
}

function functionTables(module, fn, say) {
  const capital = `${fn.name[0].toUpperCase()}${fn.name.slice(1)}`;
  const result = memberOf(module, `${capital}Result`);
  const rows = module.children.filter(
    (member) => member.kindOf(ReflectionKind.Interface) && !member.name.startsWith(capital),
  );
  const twin = memberOf(module, `${fn.name}Output`);
  return [
    "## Arguments",
    argumentTable(module, memberOf(module, `${capital}Args`), say),
    "## Result",
    say(result.comment?.summary),
    outputTable(module, propertiesOf(result), say),
    ...rows.flatMap((row) => [
      `### ${row.name}`,
      say(row.comment?.summary),
      outputTable(module, propertiesOf(row), say),
    ]),
    `## ${twin.name}`,
    say(commentOf(twin)?.summary),
  ];
}

function providerTables(module, provider, say) {
  const args = `${provider.name}Args`;
  const others = module.children.filter(
    (member) => member.kindOf(ReflectionKind.Interface) && member.name !== args,
  );
  return [
    "## Arguments",
    "Each can be a value or an output, but for `environmentVariables`.",
    argumentTable(module, memberOf(module, args), say),
    ...others.flatMap((other) => [
      `### ${other.name}`,
      say(other.comment?.summary),
      argumentTable(module, other, say),
    ]),
    ...methodsOf(provider, say),
  ];
}

function fieldsOf(error, say) {
  return ["## Fields", outputTable(error.parent, propertiesOf(error), say)];
}

function methodsOf(type, say) {
  return type.getChildrenByKind(ReflectionKind.Method).flatMap((method) => {
    const [signature] = method.signatures;
    const names = signature.parameters.map(({ name, flags }) => (flags.isOptional ? `${name}?` : name));
    const owner = method.flags.isStatic ? `${type.name}.` : "";
    const explained = signature.parameters
      .filter(({ comment }) => comment !== undefined)
      .map(({ name, comment }) => `- \`${name}\`: ${say(comment.summary)}`);
    return [
      `## ${owner}${method.name}`,
      `\`${owner}${method.name}(${names.join(", ")})\``,
      say(signature.comment?.summary),
      ...(explained.length > 0 ? [explained.join("\n")] : []),
    ];
  });
}

function argumentTable(module, type, say) {
  return table(
    ["Name", "Type", "Required", "Default", "Meaning"],
    propertiesOf(type).map((property) => [
      `\`${property.name}\``,
      typeOf(module, property.type),
      property.flags.isOptional ? "no" : "yes",
      say(property.comment?.getTag("@default")?.content),
      say(property.comment?.summary),
    ]),
  );
}

function outputTable(module, properties, say, ...further) {
  const rows = properties.map((property) => [
    `\`${property.name}\``,
    typeOf(module, property.type),
    say(property.comment?.summary),
  ]);
  return table(["Name", "Type", "Meaning"], [...rows, ...further]);
}

/** The form of a resource's id, which is inherited; `get` of the resource takes it and says it. */
function idOf(resource, say) {
  const [signature] = memberOf(resource, "get").signatures;
  return say(signature.parameters.find(({ name }) => name === "id").comment.summary);
}

/** As a reader thinks of it: `Input` and `Output` are said once above the table. */
function typeOf(module, type) {
  const text = `\`${plain(type)}\``;
  const described = module.children.find(
    (member) => member.kindOf(ReflectionKind.Interface) && text.startsWith(`\`${member.name}`),
  );
  return described === undefined ? text : `[${text}](#${described.name.toLowerCase()})`;
}

function plain(type) {
  switch (type.type) {
    case "reference":
      return ["Input", "Output", "OutputInstance"].includes(type.name)
        ? plain(type.typeArguments[0])
        : type.toString();
    case "array": {
      const element = plain(type.elementType);
      return element.includes(" | ") ? `(${element})[]` : `${element}[]`;
    }
    case "union":
      return type.types.map(plain).join(" | ");
    case "reflection":
      return `{ ${propertiesOf(type.declaration)
        .map((property) => `${property.name}: ${plain(property.type)}`)
        .join("; ")} }`;
    default:
      return type.toString();
  }
}

function table(head, rows) {
  const line = (cells) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replace(/\s+/g, " ")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function propertiesOf(type) {
  // The name of an error's class is a property that tells nothing.
  return type
    .getChildrenByKind(ReflectionKind.Property)
    .filter(({ comment }) => comment !== undefined || type.kindOf(ReflectionKind.TypeLiteral));
}

/** What a module's page is about: its class, or the function that is called like its file. */
function subjectOf(module) {
  const values = module.children.filter(isValue);
  return values.find(({ kind }) => kind === ReflectionKind.Class) ?? values[0];
}

function isValue(member) {
  return member.kindOf([ReflectionKind.Class, ReflectionKind.Function]);
}

function kindOf(subject) {
  if (subject.kindOf(ReflectionKind.Function)) {
    return "Function";
  }
  return subject.name === "Provider" ? "Provider" : subject.name.endsWith("Error") ? "Error" : "Resource";
}

function commentOf(member) {
  return member.comment ?? member.signatures?.[0]?.comment;
}

function memberOf(module, name) {
  const member = module.children.find((child) => child.name === name);
  if (member === undefined) {
    throw new Error(`${module.name} has no ${name}, which its page shows`);
  }
  return member;
}
