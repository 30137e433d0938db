import type { Day } from '#libs/domain';
import { lineItem, type Charge, type LineItem } from './line-item.js';
import { rollFor } from './random.js';
import { CLOUDWATCH, EC2, EC2_OTHER, ECR, EFS, EKS, ELB, KMS, VPC } from './services.js';
import { clusterTags, NODE_PURPOSE_TAG, PVC_NAME_TAG, PVC_NAMESPACE_TAG, VOLUME_PURPOSE_TAG } from './tags.js';

/** What a cluster costs whoever uses it: control plane, core nodes, NAT, support volumes, networking, and the rest. */
export function clusterCosts(seed: number, cluster: string, day: Day): LineItem[] {
  const { eksctl, owned, terraform } = clusterTags(cluster);
  const roll = rollFor(seed, 'cluster costs', cluster, day);
  const around = (usd: number) => usd * (0.9 + roll() / 5);
  const core = { ...eksctl, ...owned, [NODE_PURPOSE_TAG]: 'core' };
  const volume = { service: EC2_OTHER, usageType: 'USW2-EBS:VolumeUsage.gp3', operation: 'CreateVolume-Gp3' };
  const charges: Charge[] = [
    {
      service: EKS,
      usageType: 'USW2-AmazonEKS-Hours:perCluster',
      operation: 'CreateOperation',
      usd: 2.4,
      tags: eksctl,
    },
    {
      service: EC2,
      usageType: 'USW2-BoxUsage:r5.large',
      operation: 'RunInstances',
      usageTypeGroup: 'EC2: Running Hours',
      instanceType: 'r5.large',
      usd: around(6.05),
      tags: core,
    },
    { ...volume, usd: around(0.42), tags: core },
    {
      service: EC2_OTHER,
      usageType: 'USW2-NatGateway-Hours',
      operation: 'NatGateway',
      usageTypeGroup: 'EC2: NAT Gateway - Running Hours',
      usd: 1.08,
      tags: eksctl,
    },
    {
      service: EC2_OTHER,
      usageType: 'USW2-NatGateway-Bytes',
      operation: 'NatGateway',
      usageTypeGroup: 'EC2: NAT Gateway - Data Processed',
      usd: around(0.63),
      tags: eksctl,
    },
    {
      ...volume,
      usd: around(1.9),
      tags: { ...owned, [PVC_NAME_TAG]: 'support-prometheus-server', [PVC_NAMESPACE_TAG]: 'support' },
    },
    // Matches both the home rule and a core rule: it must be counted once.
    {
      ...volume,
      usd: around(0.35),
      tags: { ...owned, [PVC_NAMESPACE_TAG]: 'support', [VOLUME_PURPOSE_TAG]: 'home-nfs' },
    },
    { service: EFS, usageType: 'USW2-TimedStorage-ByteHrs', usd: around(0.55), tags: terraform },
    { service: ELB, usageType: 'USW2-LoadBalancerUsage', operation: 'LoadBalancing:Network', usd: 0.54, tags: owned },
    {
      service: VPC,
      usageType: 'USW2-PublicIPv4:InUseAddress',
      operation: 'AssociateAddressVPC',
      usd: 0.36,
      tags: eksctl,
    },
    { service: ECR, usageType: 'USW2-TimedStorage-ByteHrs', usd: around(0.12), tags: terraform },
    { service: CLOUDWATCH, usageType: 'USW2-CW:Requests', operation: 'GetMetricData', usd: around(0.31), tags: eksctl },
    { service: KMS, usageType: 'us-west-2-KMS-Requests', operation: 'Decrypt', usd: 0.0000000042, tags: terraform },
  ];
  return charges.map((charge) => lineItem(day, charge));
}
