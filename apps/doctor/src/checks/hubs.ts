import { hubOfNamespace, SUPPORT_HUB, type AttributionConfig } from '#libs/domain';
import { ok, skipped, warning, type Finding } from '../finding.js';

export interface HubFacts {
  /** Values of the hub tag on recent costs. */
  readonly tags: readonly string[];
  /** Namespaces in which users, their pods or their directories were seen in the last day. */
  readonly namespaces: readonly string[];
}

/** Whether each hub tag has users to be shared by, and each namespace with users a tag to take costs from. */
export function judgeHubs(attribution: AttributionConfig, { tags, namespaces }: HubFacts): Finding[] {
  if (tags.every((tag) => tag === '')) return [skipped('hubs', 'no cost carries a hub tag')];
  const hubs = new Set(namespaces.map((namespace) => hubOfNamespace(attribution, namespace)));
  const tagsWithoutUsers = tags.filter((tag) => tag !== '' && tag !== SUPPORT_HUB && !hubs.has(tag)).sort();
  const untagged = namespaces.filter((namespace) => !tags.includes(hubOfNamespace(attribution, namespace))).sort();
  const pairs = new Map(tagsWithoutUsers.map((tag) => [tag, untagged.find((namespace) => areAlike(tag, namespace))]));
  const alone = untagged.filter((namespace) => ![...pairs.values()].includes(namespace));
  const findings = [
    ...[...pairs].map(([tag, namespace]) => judgeTag(tag, namespace)),
    ...alone.map((namespace) => judgeNamespace(attribution, namespace)),
  ];
  if (findings.length > 0) return findings;
  return [ok('hubs', `each hub tag is a namespace with users, and the reverse: ${[...hubs].sort().join(', ')}`)];
}

function judgeTag(tag: string, namespace: string | undefined): Finding {
  const check = `hub ${tag}`;
  if (namespace === undefined) {
    return warning(
      check,
      `costs carry the hub tag ${tag}, and no namespace of that name has users, pods or directories`,
      `nothing, when the hub is not used now; else name its namespace: "namespaceHubs": {"<namespace>": "${tag}"} in ATTRIBUTION_FILE`,
    );
  }
  return warning(
    check,
    `costs carry the hub tag ${tag}; users are in namespace ${namespace}, which no hub tag names`,
    `if they are the same hub: "namespaceHubs": {"${namespace}": "${tag}"} in ATTRIBUTION_FILE`,
  );
}

function judgeNamespace(attribution: AttributionConfig, namespace: string): Finding {
  return warning(
    `namespace ${namespace}`,
    `has users, and no cost carries the hub tag ${hubOfNamespace(attribution, namespace)}: its costs count for support, which all users share`,
    `tag its resources with ${attribution.hubTag}, or map it to a hub: "namespaceHubs": {"${namespace}": "<hub>"} in ATTRIBUTION_FILE`,
  );
}

/** `prod` and `prod-hub`. */
function areAlike(tag: string, namespace: string): boolean {
  const [a, b] = [tag.toLowerCase(), namespace.toLowerCase()];
  return a.includes(b) || b.includes(a);
}
