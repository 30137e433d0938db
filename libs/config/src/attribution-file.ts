import { readFileSync } from 'node:fs';
import {
  componentsOf,
  COMPONENTS_WITH_USAGE,
  DEFAULT_ATTRIBUTION,
  planProportionalSteps,
  PolicyCycleError,
  type AttributionConfig,
  type ComponentPolicies,
} from '#libs/domain';
import { z } from 'zod';
import { describeFileFaults } from './schema-faults.js';

const tagRule = z.strictObject({ key: z.string().min(1), value: z.string().min(1) });
const names = z.array(z.string().min(1)).min(1);
const policy = z.union(
  [z.enum(['usage', 'even', 'none']), z.strictObject({ proportional: names })],
  'must be "usage", "even", "none" or {"proportional": [components]}',
);

/** What ATTRIBUTION_FILE may hold: any part of the attribution; a part that is absent keeps its default. */
const attributionFile = z
  .strictObject({
    linkedAccounts: z.array(z.string().regex(/^\d{12}$/, 'must be the 12 digits of an AWS account')).min(1),
    clusterTags: z.array(tagRule).min(1),
    hubTag: z.string().min(1),
    homeStorage: z.strictObject({ tag: tagRule, service: z.string().min(1) }),
    core: z.strictObject({
      nodeTag: tagRule,
      nodeServices: names,
      service: z.string().min(1),
      usageTypeGroups: names,
      volumeTags: z.array(tagRule).min(1),
    }),
    serviceComponents: z.record(z.string().min(1), z.string().min(1)),
    namespaceHubs: z.record(z.string().min(1), z.string().min(1)),
    coreNodeLabel: tagRule,
    policies: z.record(z.string().min(1), policy),
  })
  .partial();

/** What the file says of a deployment. */
export interface AttributionFile {
  readonly attribution: AttributionConfig;
  /** How components are divided among users; costs are not read again for it. */
  readonly policies: ComponentPolicies;
}

/**
 * The attribution of a deployment: the defaults, with the parts of a JSON file laid over them. `serviceComponents` is
 * merged entry by entry, every other part is replaced whole.
 *
 * @returns the attribution, or every fault of the file as a sentence.
 */
export function readAttributionFile(path: string | undefined): AttributionFile | { faults: string[] } {
  if (path === undefined) return { attribution: DEFAULT_ATTRIBUTION, policies: {} };
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return {
      faults: [error instanceof SyntaxError ? 'is not JSON' + placeOf(error) : `cannot be read: ${codeOf(error)}`],
    };
  }
  const parsed = attributionFile.safeParse(content);
  if (!parsed.success) {
    return { faults: describeFileFaults(attributionFile, parsed.error.issues) };
  }
  const { serviceComponents, policies = {}, ...parts } = parsed.data;
  const attribution = {
    ...DEFAULT_ATTRIBUTION,
    ...parts,
    serviceComponents: { ...DEFAULT_ATTRIBUTION.serviceComponents, ...serviceComponents },
  };
  const faults = faultsOfPolicies(policies, componentsOf(attribution));
  return faults.length > 0 ? { faults } : { attribution, policies };
}

/** A component that no cost has would leave what is divided by it unallocated, and nobody would know why. */
function faultsOfPolicies(policies: ComponentPolicies, components: readonly string[]): string[] {
  const faults: string[] = [];
  for (const [component, chosen] of Object.entries(policies)) {
    const named = typeof chosen === 'object' ? chosen.proportional : [];
    for (const name of [component, ...named].filter((one) => !components.includes(one))) {
      const known = components.join(', ');
      faults.push(`policies.${component}: ${JSON.stringify(name)} is no component; these are: ${known}`);
    }
    if (chosen === 'usage' && !COMPONENTS_WITH_USAGE.includes(component)) {
      faults.push(`policies.${component}: no usage is measured of it; only of ${COMPONENTS_WITH_USAGE.join(' and ')}`);
    }
  }
  try {
    planProportionalSteps(policies);
  } catch (error) {
    if (!(error instanceof PolicyCycleError)) throw error;
    faults.push(`policies: ${error.message}`);
  }
  return faults;
}

/** Where the JSON breaks, if the parser says so; its whole message would quote the file, which may be the wrong one. */
function placeOf(error: SyntaxError): string {
  return / at position \d+/.exec(error.message)?.[0] ?? '';
}

/** `ENOENT` and the like. */
function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}
