/** What is picked for a variable: one value, several, or All. */
export type Picked = string | readonly string[] | typeof ALL;

export const ALL = Symbol('All');

/** A variable as a dashboard's JSON has it, so far as its expansion depends on it. */
export interface DashboardVariable {
  readonly name: string;
  readonly type: string;
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly allValue?: string;
}

export interface PickedVariable {
  readonly variable: DashboardVariable;
  readonly picked: Picked;
  /** Every value that the variable's own query lists: what All means where there is no text for All. */
  readonly options: readonly string[];
}

// $name, [[name]] and [[name:format]], ${name}, ${name.field} and ${name:format}; as in public/app/features/variables/utils.ts.
const REFERENCE = /\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.[^:^}]+)?(?::([^}]+))?\}/g;

/**
 * Puts the picked values into a text, as Grafana's front end does before a query is sent: scenes' formatRegistry.ts and
 * sceneInterpolator. Names that are no variable stay: macros begin with a dollar, too.
 *
 * @throws Error for a format that is not written here.
 */
export function expandVariables(text: string, variables: readonly PickedVariable[]): string {
  return text.replace(REFERENCE, (reference, bare, brackets, bracketsFormat, braces, bracesFormat) => {
    const name = bare ?? brackets ?? braces;
    const found = variables.find(({ variable }) => variable.name === name);
    if (!found) return reference;
    return format(found, bracketsFormat ?? bracesFormat);
  });
}

function format({ variable, picked, options }: PickedVariable, name: string | undefined): string {
  // A text that stands for All goes in as it is, whatever the format.
  if (picked === ALL && variable.allValue) return variable.allValue;
  const value = picked === ALL ? options : picked;
  switch (name) {
    case 'sqlstring':
      return each(value, (one) => `'${one.replace(/'|"/g, (quote) => (quote === "'" ? "''" : '\\"'))}'`);
    case 'raw':
    case 'csv':
      return each(value, (one) => one);
    default:
      throw new Error(`\${${variable.name}:${name}}: no such format here`);
  }
}

function each(value: string | readonly string[], formatOne: (one: string) => string): string {
  return (typeof value === 'string' ? [value] : value).map(formatOne).join(',');
}
