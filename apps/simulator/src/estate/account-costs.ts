import type { Day } from '#libs/domain';
import { dayNumber } from './day-number.js';
import { lineItem, MEMBER_ACCOUNT, type Charge, type LineItem } from './line-item.js';
import { rollFor } from './random.js';
import { EC2, EC2_OTHER, RDS, S3, SAVINGS_PLANS, SUPPORT, TAX } from './services.js';
import { HUB_TAG, NODE_PURPOSE_TAG } from './tags.js';

/** What the account pays for besides its clusters, and the lines that are no usage at all. */
export function accountCosts(seed: number, day: Day): LineItem[] {
  const roll = rollFor(seed, 'account costs', day);
  const around = (usd: number) => usd * (0.9 + roll() / 5);
  const charges: Charge[] = [
    { service: RDS, usageType: 'USW2-InstanceUsage:db.t3.micro', operation: 'CreateDBInstance', usd: around(1.7) },
    { service: S3, usageType: 'Requests-Tier1', operation: 'PutObject', region: 'us-east-1', usd: around(0.04) },
    {
      service: EC2,
      usageType: 'USE1-BoxUsage:t3.small',
      operation: 'RunInstances',
      usageTypeGroup: 'EC2: Running Hours',
      instanceType: 't3.small',
      linkedAccount: MEMBER_ACCOUNT,
      region: 'us-east-1',
      usd: around(0.5),
    },
    // Tagged like a hub's and like a core node's, by hand, and of no cluster: nobody may count these.
    { service: S3, usageType: 'USW2-TimedStorage-ByteHrs', usd: around(0.21), tags: { [HUB_TAG]: 'prod' } },
    {
      service: EC2_OTHER,
      usageType: 'USW2-EBS:VolumeUsage.gp3',
      operation: 'CreateVolume-Gp3',
      usd: around(0.17),
      tags: { [NODE_PURPOSE_TAG]: 'core' },
    },
    {
      service: SAVINGS_PLANS,
      usageType: 'ComputeSP:1yrNoUpfront',
      recordType: 'SavingsPlanRecurringFee',
      usd: 9.6,
      amortizedUsd: around(1.1),
    },
    { service: EC2, usageType: 'USW2-BoxUsage:r5.large', recordType: 'Credit', usd: -around(2.5) },
  ];
  if (day.endsWith('-01')) charges.push(...monthlyCharges(roll()));
  if (dayNumber(day) % 41 === 0) {
    charges.push({ service: EC2, usageType: 'USW2-BoxUsage:r5.xlarge', recordType: 'Refund', usd: -around(4) });
  }
  return charges.map((charge) => lineItem(day, charge));
}

function monthlyCharges(part: number): Charge[] {
  return [
    { service: TAX, usageType: 'USW2-Tax', recordType: 'Tax', usd: 40 + part * 20 },
    { service: SUPPORT, usageType: 'Dollar', recordType: 'Fee', usd: 100 },
    { service: EC2, usageType: 'USW2-HeavyUsage:r5.xlarge', recordType: 'RIFee', usd: 55, amortizedUsd: 3.25 },
  ];
}
