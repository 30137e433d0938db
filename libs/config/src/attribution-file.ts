import { readFileSync } from 'node:fs';
import { DEFAULT_ATTRIBUTION, type AttributionConfig } from '#libs/domain';
import { z } from 'zod';
import { describeFileFaults } from './schema-faults.js';

const tagRule = z.strictObject({ key: z.string().min(1), value: z.string().min(1) });
const names = z.array(z.string().min(1)).min(1);

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
  })
  .partial();

/**
 * The attribution of a deployment: the defaults, with the parts of a JSON file laid over them. `serviceComponents` is
 * merged entry by entry, every other part is replaced whole.
 *
 * @returns the attribution, or every fault of the file as a sentence.
 */
export function readAttributionFile(
  path: string | undefined,
): { attribution: AttributionConfig } | { faults: string[] } {
  if (path === undefined) return { attribution: DEFAULT_ATTRIBUTION };
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
  const { serviceComponents, ...parts } = parsed.data;
  return {
    attribution: {
      ...DEFAULT_ATTRIBUTION,
      ...parts,
      serviceComponents: { ...DEFAULT_ATTRIBUTION.serviceComponents, ...serviceComponents },
    },
  };
}

/** Where the JSON breaks, if the parser says so; its whole message would quote the file, which may be the wrong one. */
function placeOf(error: SyntaxError): string {
  return / at position \d+/.exec(error.message)?.[0] ?? '';
}

/** `ENOENT` and the like. */
function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}
