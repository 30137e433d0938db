import { readFileSync } from 'node:fs';
import { DEFAULT_ATTRIBUTION, type AttributionConfig } from '#libs/domain';
import { z } from 'zod';

const tagRule = z.strictObject({ key: z.string().min(1), value: z.string().min(1) });
const names = z.array(z.string().min(1)).min(1);

/** What ATTRIBUTION_FILE may hold: any part of the attribution; a part that is absent keeps its default. */
const attributionFile = z
  .strictObject({
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
    return { faults: [`cannot be read as JSON: ${(error as Error).message}`] };
  }
  const parsed = attributionFile.safeParse(content);
  if (!parsed.success) {
    return { faults: parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`) };
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
