/** What `--help` prints. */
export const usage = `Usage: npx --no mongodbatlas-dynamic COMMAND

  drift [--stack NAME]... [--all] [--unmanaged] [--no-attribution] [--fail-on LEVEL] [--accepted FILE] [--take-over FILE]
        [--json [--report-version N] | --markdown] [--junit FILE]
      Compares Atlas with what the last update of each stack declared. Changes nothing in Atlas, nor in the state.
      --all               takes all stacks of the project
      --unmanaged         also lists members of its projects and teams that no resource declares
      --no-attribution    does not say who has made each difference, when, and from which address
      --fail-on LEVEL     lets differences below this severity not count: critical, high, medium or low; low is the default
      --accepted FILE     lists the differences apart that this YAML file accepts: they do not count
      --take-over FILE    writes what Atlas has into this access.yaml of the gitops example
      --report-version N  writes the JSON report as this version, 2 or 1, has it; 2 is the default
      --junit FILE        also writes a report for CI systems that show tests

  preview [--stack NAME] [--refresh [--plain-up]] [--json | --markdown]
      Prints what an update of the stack is going to change, and nothing else.
      --refresh   looks at Atlas first, and says what an update takes back that was changed outside the stack
      --plain-up  says what an update without --refresh does, and what of that it leaves as it is

  adopt (--project ID | --team ORG/TEAM)... [--exclusive] [--yaml] [--output FILE] [--import FILE] [--stack NAME [--provider NAME]]
  adopt --from-stack NAME [--checklist FILE] [--exclusive] [--yaml] [--output FILE] [--import FILE] [--stack NAME]
      Prints a program in TypeScript that declares the members that projects and teams have now.
      --from-stack  of the members that this stack declares with @pulumi/mongodbatlas; its state is only read
      --checklist   writes what to do, with the commands that take them out of that stack, into this file
      --exclusive   declares that projects and teams have no other members, by one resource for each
      --yaml        prints the access.yaml of the gitops example instead
      --output      writes into this file, in the place of what is in it, and only when all went well
      --import      writes a file for \`pulumi import --file FILE --generate-code=false\`, CLI 3.254 or newer
      --stack       takes the credentials from the configuration of this stack, and not from the environment alone
      --provider    takes those of this explicit provider of the stack

  review [--project ID]... [--stack NAME]... [--org ID] [--details] [--markdown | --csv | --html] [--output FILE]
      Prints who has access to projects: with which roles, by which way, declared by which resource, since when.
      --stack    says what is declared, and has the credentials; its projects are reviewed when none is named
      --org      the organization of the projects, which is otherwise asked for
      --details  also asks each project for its name and its teams: two more requests a project
      --output   writes into this file, in the place of what is in it

  doctor [--stack NAME] [--json]
      Says what keeps the others from working: versions, credentials, the roles that a stack needs, limits of Atlas.

drift, preview and doctor take the stack that is selected when none is named.

Exit codes: 0 done, and known to be as declared; 7 drift that counts; 1 of doctor: there is something to do; other: failure, or it cannot be known whether all is as
declared, with a sentence on the standard error.`;

/** Where to read on, for mistakes in the options. */
export const hint = "See `npx --no -- mongodbatlas-dynamic --help`.";
