/** Tag keys that AWS makes by itself; every other key was made by users. */
export const AWS_GENERATED_TAGS: readonly string[] = ['aws:createdBy'];

export const HUB_TAG = '2i2c:hub-name';
export const NODE_PURPOSE_TAG = '2i2c:node-purpose';
export const VOLUME_PURPOSE_TAG = '2i2c:volume-purpose';
export const PVC_NAME_TAG = 'kubernetes.io/created-for/pvc/name';
export const PVC_NAMESPACE_TAG = 'kubernetes.io/created-for/pvc/namespace';

export type Tags = Readonly<Record<string, string>>;

/** The three ways in which a resource says which cluster it belongs to. */
export function clusterTags(cluster: string) {
  return {
    eksctl: { 'alpha.eksctl.io/cluster-name': cluster } as Tags,
    owned: { [`kubernetes.io/cluster/${cluster}`]: 'owned' } as Tags,
    terraform: { '2i2c.org/cluster-name': cluster } as Tags,
  };
}

export function hubTags(tag: string | null): Tags {
  return tag === null ? {} : { [HUB_TAG]: tag };
}
