import { type Day } from '#libs/domain';
import { lineItem, type Charge, type LineItem } from './line-item.js';
import { STANDARD, type NodeType } from './node-types.js';
import type { HubOptions } from './options.js';
import { rollFor } from './random.js';
import { BACKUP, EC2, EC2_OTHER, EFS, S3 } from './services.js';
import { clusterTags, hubTags, NODE_PURPOSE_TAG, PVC_NAME_TAG, PVC_NAMESPACE_TAG, VOLUME_PURPOSE_TAG } from './tags.js';

/** What a hub's costs of a day follow from: the hours of its nodes, and GiB that lie in its homes. */
export interface HubDemand {
  readonly hub: HubOptions;
  readonly nodes: readonly { readonly type: NodeType; readonly hours: number }[];
  readonly homeGib: number;
}

const VOLUME_USD_PER_GIB_DAY = 0.08 / 30.4375;

/** The lines of one hub: nodes that follow its users, volumes or a file system, a bucket, backups, its database. */
export function hubCosts(seed: number, cluster: string, demand: HubDemand, day: Day): LineItem[] {
  const { hub } = demand;
  const tags = clusterTags(cluster);
  const named = hubTags(hub.tag);
  const roll = rollFor(seed, 'hub costs', cluster, hub.namespace, day);
  const jitter = () => 0.95 + roll() / 10;
  const volume = (gib: number) => gib * VOLUME_USD_PER_GIB_DAY * jitter();
  const home = { ...tags.owned, ...named, [VOLUME_PURPOSE_TAG]: 'home-nfs' };
  const charges: Charge[] = [...nodeCharges(cluster, demand)];
  if (!hub.anonymous) {
    charges.push(...homeCharges(demand, home, volume(demand.homeGib * 1.25 + 20), jitter));
    charges.push({
      service: S3,
      usageType: 'USW2-TimedStorage-ByteHrs',
      operation: 'StandardStorage',
      usd: 0.9 * jitter(),
      tags: { ...tags.terraform, ...named },
    });
  }
  charges.push({
    service: EC2_OTHER,
    usageType: 'USW2-EBS:VolumeUsage.gp2',
    operation: 'CreateVolume-Gp2',
    usageTypeGroup: 'EC2: EBS - SSD(gp2)',
    usd: volume(1),
    tags: { ...tags.owned, [PVC_NAME_TAG]: 'hub-db-dir', [PVC_NAMESPACE_TAG]: hub.namespace },
  });
  return charges.filter((charge) => charge.usd !== 0 || charge.amortizedUsd).map((charge) => lineItem(day, charge));
}

/**
 * User nodes: hours times the price of their type, and the disks and traffic that go with them. `prod` has a savings plan
 * on its standard nodes; `research` runs on reserved instances.
 */
function nodeCharges(cluster: string, { hub, nodes }: HubDemand): Charge[] {
  const hours = nodes.reduce((sum, node) => sum + node.hours, 0);
  if (hours === 0) return [];
  const tags = clusterTags(cluster);
  const base = { ...tags.eksctl, ...tags.owned, ...hubTags(hub.tag), [NODE_PURPOSE_TAG]: 'user' };
  return [
    ...nodes.flatMap(({ type, hours: ofType }) => chargesOfType(hub, type, ofType * type.usdPerHour, base)),
    {
      service: EC2_OTHER,
      usageType: 'USW2-EBS:VolumeUsage.gp3',
      operation: 'CreateVolume-Gp3',
      usageTypeGroup: 'EC2: EBS - SSD(gp3)',
      usd: hours * 0.0088,
      tags: base,
    },
    {
      service: EC2_OTHER,
      usageType: 'USW2-DataTransfer-Regional-Bytes',
      operation: 'InterZone-In',
      usageTypeGroup: 'EC2: Data Transfer - Inter AZ',
      usd: hours * 0.0013,
      tags: base,
    },
    // Of the service whose costs have an instance type, and of none.
    {
      service: EC2,
      usageType: 'USW2-DataTransfer-Out-Bytes',
      operation: 'RunInstances',
      usd: hours * 0.0021,
      tags: base,
    },
  ];
}

function chargesOfType(hub: HubOptions, type: NodeType, usd: number, tags: Charge['tags']): Charge[] {
  const node = { service: EC2, operation: 'RunInstances', instanceType: type.name, tags };
  if (type.purchase === 'spot') {
    return [{ ...node, usageType: `USW2-SpotUsage:${type.name}`, usd, purchaseType: 'Spot Instances' }];
  }
  const onDemand = { ...node, usageType: `USW2-BoxUsage:${type.name}`, usageTypeGroup: 'EC2: Running Hours' };
  if (hub.tag === 'research') {
    const reserved = { recordType: 'DiscountedUsage', purchaseType: 'Standard Reserved Instances' } as const;
    return [{ ...onDemand, ...reserved, usd: 0, amortizedUsd: usd * 0.6 }];
  }
  if (hub.tag !== 'prod' || type !== STANDARD) return [{ ...onDemand, usd }];
  const covered = { ...onDemand, purchaseType: 'Savings Plans', usd: usd * 0.7 };
  return [
    { ...onDemand, usd: usd * 0.3 },
    { ...covered, recordType: 'SavingsPlanCoveredUsage', amortizedUsd: usd * 0.7 * 0.72 },
    { ...covered, recordType: 'SavingsPlanNegation', usd: -usd * 0.7, amortizedUsd: 0 },
  ];
}

/** Home directories: a file system for `research`, else a volume of the cluster's NFS server with snapshots. */
function homeCharges(demand: HubDemand, home: Charge['tags'], volumeUsd: number, jitter: () => number): Charge[] {
  const backup: Charge = {
    service: BACKUP,
    usageType: 'USW2-WarmStorage-ByteHrs-EBS',
    operation: 'Storage',
    usd: volumeUsd * 0.3,
    // Under the home volumes' tag, yet not of the service whose costs are home storage: it stays backup.
    tags: home,
  };
  if (demand.hub.tag === 'research') {
    const { [VOLUME_PURPOSE_TAG]: _, ...plain } = home ?? {};
    return [
      { service: EFS, usageType: 'USW2-TimedStorage-ByteHrs', usd: volumeUsd * 3 * jitter(), tags: plain },
      { ...backup, usageType: 'USW2-WarmStorage-ByteHrs-EFS', tags: plain },
    ];
  }
  return [
    {
      service: EC2_OTHER,
      usageType: 'USW2-EBS:VolumeUsage.gp3',
      operation: 'CreateVolume-Gp3',
      usageTypeGroup: 'EC2: EBS - SSD(gp3)',
      usd: volumeUsd,
      tags: home,
    },
    {
      service: EC2_OTHER,
      usageType: 'USW2-EBS:SnapshotUsage',
      operation: 'CreateSnapshot',
      usageTypeGroup: 'EC2: EBS - Snapshots',
      usd: volumeUsd * 0.2,
      tags: home,
    },
    backup,
  ];
}
